// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {ITokenVault} from "../../contracts/msp/interfaces/ITokenVault.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {DimId} from "../../contracts/types/Types.sol";
import {FrozenToken, TaxedToken} from "../fixtures/Tokens.sol";
import {MspFixture} from "./MspFixture.sol";
import {CallbackStaker, CallbackToken, RebasingToken} from "./Tokens.sol";

/*
Against the pool
├── first depositor's inflation, and donations: what others stake is theirs
├── a slash at each second around the end of an exit: before it is shared, from then on it is not
├── an exit claimed years later, after slashes: what it was worth when it unlocked
├── slashes of 99 %, again and again: shares stay bounded, and everyone can leave
├── a slash of 100 %, then new stake: the new is the new staker's, the old nothing
├── dust slashes: to the wei
└── a ruined pool takes no stake until it is empty
*/
contract PoolAdversaries_Test is MspFixture {
    function _slashDirectly(uint256 amount) private returns (uint256) {
        vm.prank(address(slasher));
        return vault.slash(validator, PLAIN, amount, victim);
    }

    function testFuzz_firstDepositor_inflationAndDonation(uint96 donation, uint96 stake) public {
        vm.assume(stake != 0);
        uint256 shares = _stake(stranger, PLAIN, 1);
        token.mint(address(vault), donation);
        _stake(staker, PLAIN, stake);
        assertEq(vault.stakeOf(staker, validator, PLAIN), stake);
        assertEq(vault.stakeOf(stranger, validator, PLAIN), 1);
        uint256 id = _exit(stranger, PLAIN, shares);
        _pass(DELAY);
        assertEq(vault.claim(id), 1);
    }

    /// @dev The first depositor raises the price by rounding, as far as it can, at its own cost.
    function testFuzz_firstDepositor_roundingAttack(uint256 seed, uint96 stake) public {
        stake = uint96(bound(stake, 1e6, type(uint96).max));
        _stake(stranger, PLAIN, 1);
        uint256 spent = 1;
        for (uint256 i; i < 20; ++i) {
            uint256 amount = uint256(keccak256(abi.encode(seed, i))) % 10 + 1;
            _stake(stranger, PLAIN, amount);
            spent += amount;
        }
        _stake(staker, PLAIN, stake);
        assertGe(vault.stakeOf(staker, validator, PLAIN) + 1, stake);
        assertLe(vault.stakeOf(stranger, validator, PLAIN), spent);
    }

    function test_slash_atEachSecondAroundTheExitsEnd() public {
        for (uint256 i; i < 7; ++i) {
            DimId id = _admit(_terms());
            address account = vm.addr(1000 + i);
            _registerValidator(account, id);
            uint16 basket = _openBasket(account, id, 10_000);
            _deposit(staker, 10 ether);
            _deposit(other, 10 ether);
            vm.prank(other);
            vault.delegate(account, basket, 10 ether);
            vm.startPrank(staker);
            vault.delegate(account, basket, 10 ether);
            uint256 exitId = vault.requestExit(account, basket, vault.sharesOf(staker, account, basket));
            vm.stopPrank();
            uint48 unlockTime = vault.exitOf(exitId).unlockTime;
            vm.warp(unlockTime + i - 3);
            vm.prank(address(slasher));
            assertEq(vault.slash(account, basket, 5 ether, victim), 5 ether);
            vm.warp(unlockTime + 10);
            bool before = i < 3;
            // Shared before it: half of the loss each, rounded in the pool's favour.
            uint256 claimed = vault.claim(exitId);
            if (before) assertLe(7.5 ether - claimed, 2);
            else assertEq(claimed, 10 ether);
            uint256 left = vault.stakeOf(other, account, basket);
            if (before) assertLe(7.5 ether - left, 2);
            else assertLe(5 ether - left, 2);
        }
    }

    /// @dev What was settled before tells nothing of what is still locked, however many asked to leave at once.
    function testFuzz_slash_betweenExitsThatUnlockInTurn(uint8 count, uint8 matured, uint8 settledBefore) public {
        uint256 exits = bound(count, 2, 12);
        uint256 open = bound(matured, 1, exits - 1);
        uint256 settled = bound(settledBefore, 0, open);
        uint256 shares = _stake(staker, PLAIN, exits * 10 ether);
        uint256[] memory ids = new uint256[](exits);
        uint256 begin = block.timestamp;
        for (uint256 i; i < exits; ++i) {
            vm.warp(begin + i * 1 hours);
            ids[i] = _exit(staker, PLAIN, shares / exits);
        }
        begin += DELAY;
        if (settled != 0) {
            vm.warp(begin + (settled - 1) * 1 hours);
            assertEq(vault.claim(ids[settled - 1]), 10 ether);
        }
        vm.warp(begin + (open - 1) * 1 hours + 10 minutes);
        assertEq(vault.slashableNow(validator, PLAIN), (exits - open) * 10 ether);
        vm.prank(address(slasher));
        vault.slash(validator, PLAIN, (exits - open) * 5 ether, victim);
        vm.warp(begin + exits * 1 hours);
        for (uint256 i; i < exits; ++i) {
            if (settled != 0 && i == settled - 1) continue;
            uint256 paid = vault.claim(ids[i]);
            assertLe(paid, i < open ? 10 ether : 5 ether);
            assertGe(paid + 2, i < open ? 10 ether : 5 ether);
        }
    }

    function test_claim_yearsLater_isWorthWhatItWas() public {
        _stake(staker, PLAIN, 10 ether);
        _stake(other, PLAIN, 30 ether);
        uint256 first = _exit(staker, PLAIN, vault.sharesOf(staker, validator, PLAIN) / 2);
        _pass(1 days);
        uint256 second = _exitAll(staker, PLAIN);
        _pass(DELAY - 1 days);
        _slashDirectly(7 ether);
        _pass(1 days);
        _slashDirectly(7 ether);
        _pass(1000 days);
        // 35 ether were in the pool when 7 were slashed, 5 of them the staker's.
        assertLe(5 ether - vault.claim(first), 1);
        assertLe(4 ether - vault.claim(second), 2);
        assertLe(17 ether - vault.stakeOf(other, validator, PLAIN), 3);
    }

    function testFuzz_slashes_of99Percent_again(uint256 seed, bool topUp) public {
        _stake(staker, PLAIN, 1e9 ether);
        uint256 ids;
        uint256 paidIn = 1e9 ether;
        uint256 slashed;
        for (uint256 i; i < 20; ++i) {
            uint256 amount = vault.slashableNow(validator, PLAIN) * 99 / 100;
            if (amount != 0) slashed += _slashDirectly(amount);
            if (topUp) {
                uint256 more = uint256(keccak256(abi.encode(seed, i))) % 1e9 ether + 1;
                _deposit(other, more);
                vm.prank(other);
                try vault.delegate(validator, PLAIN, more) {
                    paidIn += more;
                } catch (bytes memory reason) {
                    assertEq(
                        reason, abi.encodeWithSelector(IVault.VaultPoolRuined.selector, validator, PLAIN)
                    );
                }
            }
            assertEq(vault.slashableNow(validator, PLAIN), paidIn - slashed);
        }
        _exitAll(staker, PLAIN);
        ++ids;
        if (topUp) {
            _exitAll(other, PLAIN);
            ++ids;
        }
        _pass(DELAY);
        uint256 paid;
        for (uint256 i = 1; i <= ids; ++i) paid += vault.claim(i);
        assertLe(paid, paidIn - slashed);
    }

    function testFuzz_slash_of100Percent_thenNewStake(uint96 old, uint96 fresh) public {
        vm.assume(old > 1 && fresh != 0);
        _stake(staker, PLAIN, old);
        uint256 exitId = _exit(staker, PLAIN, vault.sharesOf(staker, validator, PLAIN) / 2);
        assertEq(_slashDirectly(type(uint256).max), old);
        assertEq(vault.stakeOf(staker, validator, PLAIN), 0);
        assertEq(vault.sharesOf(staker, validator, PLAIN), 0);
        _stake(other, PLAIN, fresh);
        _stake(staker, PLAIN, fresh);
        assertEq(vault.stakeOf(other, validator, PLAIN), fresh);
        assertEq(vault.stakeOf(staker, validator, PLAIN), fresh);
        _pass(DELAY);
        assertEq(vault.claim(exitId), 0);
        uint256 id = _exitAll(other, PLAIN);
        _pass(DELAY);
        assertEq(vault.claim(id), fresh);
    }

    function testFuzz_slashes_ofDust(uint256 stake) public {
        stake = bound(stake, 100, type(uint96).max);
        _stake(staker, PLAIN, stake);
        for (uint256 i = 1; i <= 50; ++i) {
            assertEq(_slashDirectly(1), 1);
            assertEq(vault.slashableNow(validator, PLAIN), stake - i);
            assertLe(vault.stakeOf(staker, validator, PLAIN), stake - i);
            assertGe(vault.stakeOf(staker, validator, PLAIN) + 1, stake - i);
        }
    }

    function test_ruinedPool_takesNoStake_untilItIsEmpty() public {
        _stake(staker, PLAIN, 1e9 ether);
        _slashDirectly(1e9 ether - 1e16);
        _deposit(other, 1 ether);
        vm.prank(other);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultPoolRuined.selector, validator, PLAIN));
        vault.delegate(validator, PLAIN, 1 ether);
        uint256 id = _exitAll(staker, PLAIN);
        _pass(DELAY);
        assertLe(1e16 - vault.claim(id), 2);
        vm.prank(other);
        vault.delegate(validator, PLAIN, 1 ether);
        assertLe(1 ether - vault.stakeOf(other, validator, PLAIN), 1);
    }
}

/*
Against agreements
├── opting out, and asking to leave, right after the offence, within its second: slashed all the same
├── asking to leave before it: slashed all the same
├── a module that slashes strangers: nothing
├── an enforcer with a vault of its own making: reaches no other
├── an exit is never open before the last slash for an offence before it
└── a module or a delay that would break that is refused
*/
contract AgreementAdversaries_Test is MspFixture {
    function setUp() public override {
        super.setUp();
        _stake(staker, PLAIN, 10 ether);
        _nextEpoch();
        _pass(1 hours);
    }

    function test_optOut_rightAfterTheOffence() public {
        uint48 captureTime = _now();
        vm.prank(validator);
        validators.opt(dim, false);
        _exitAll(staker, PLAIN);
        _pass(1);
        uint256 id = _request(_offence(PLAIN, captureTime, 5 ether));
        _pass(VETO);
        assertEq(slasher.executeSlash(id), 5 ether);
    }

    function test_exit_requestedBeforeTheOffence_isSlashed() public {
        uint256 exitId = _exitAll(staker, PLAIN);
        _pass(1);
        assertEq(_slash(PLAIN, 5 ether), 5 ether);
        _pass(DELAY);
        assertLe(5 ether - vault.claim(exitId), 1);
    }

    function test_module_slashesStrangers() public {
        DimId hostile = _admit(_terms());
        ISlasher.Offence memory offence = _offence(PLAIN, _now(), 5 ether);
        offence.dim = hostile;
        _pass(1);
        vm.startPrank(enforcer);
        // It accepts the validator, which did not opt in and has no basket for it.
        vm.expectRevert(abi.encodeWithSelector(ISlasher.SlasherNothingSlashable.selector));
        slasher.requestSlash(offence, "");
        vm.stopPrank();
        vm.prank(builder);
        validators.accept(hostile, validator, true);
        _nextEpoch();
        _pass(1);
        assertEq(slasher.slashableAt(hostile, vault, validator, PLAIN, _now() - 1), 0);
        vm.prank(validator);
        validators.opt(hostile, true);
        _nextEpoch();
        _pass(1);
        assertEq(slasher.slashableAt(hostile, vault, validator, PLAIN, _now() - 1), 0);
    }

    function test_enforcer_withItsOwnVault() public {
        HostileVault hostile = new HostileVault(vault);
        ISlasher.Offence memory offence = _offence(PLAIN, _now(), 5 ether);
        offence.vault = ITokenVault(address(hostile));
        _pass(1);
        uint256 id = _request(offence);
        _pass(VETO);
        slasher.executeSlash(id);
        assertTrue(hostile.refused());
        assertEq(vault.slashableNow(validator, PLAIN), 10 ether);
    }

    /// @dev The last second in which a slash for the offence can be executed: nothing of the pool has left.
    function testFuzz_exit_neverOutrunsASlash(uint256 after_) public {
        uint48 captureTime = _now();
        _pass(bound(after_, 0, EVIDENCE));
        uint256 exitId = _exitAll(staker, PLAIN);
        vm.warp(captureTime + EVIDENCE);
        uint256 id = _request(_offence(PLAIN, captureTime, 5 ether));
        _pass(VETO + EXECUTION);
        vm.expectPartialRevert(IVault.VaultExitLocked.selector);
        vault.claim(exitId);
        assertEq(slasher.executeSlash(id), 5 ether);
    }

    /// @dev Between a request and its execution a staker may leave, and even stake elsewhere what it gets: not before it paid.
    function testFuzz_pendingSlash_leavingOrReallocating_escapesNothing(uint256 asked, uint256 left) public {
        _stake(staker, PLAIN, 100 ether);
        _stake(other, PLAIN, 100 ether);
        _nextEpoch();
        uint48 captureTime = _now();
        _pass(bound(asked, 1, EVIDENCE));
        uint256 id = _request(_offence(PLAIN, captureTime, 100 ether));
        uint48 executeUntil = slasher.requestOf(id).executeUntil;
        assertEq(slasher.pendingIn(vault, validator, PLAIN), 100 ether);
        _pass(bound(left, 0, executeUntil - _now()));
        uint256 exitId = _exitAll(staker, PLAIN);
        assertEq(slasher.freeCollateralOf(vault, staker, validator, PLAIN), 0);
        // It cannot be allocated anew: it is nobody's balance until it unlocks, which is after the last execution.
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(IVault.VaultBalanceTooLow.selector, staker, 0, 1));
        vault.delegate(validator, SHARED, 1);
        assertGt(vault.exitOf(exitId).unlockTime, executeUntil);
        vm.warp(executeUntil);
        assertEq(slasher.executeSlash(id), 100 ether);
        vm.warp(vault.exitOf(exitId).unlockTime);
        // It had 110 of 210 ether, of which 100 were taken.
        assertLe(vault.claim(exitId), 110 ether - uint256(11_000 ether) / 210);
        assertEq(slasher.pendingIn(vault, validator, PLAIN), 0);
    }

    function test_window_thatWouldExceedTheDelay_isRefused() public {
        IDimRegistry.Terms memory terms = _terms();
        terms.vetoWindow = VETO + 1 days;
        DimId long_ = _propose(terms);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryWindowTooLong.selector, DELAY, DELAY));
        dims.admit(long_);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryWindowTooLong.selector, WINDOW, WINDOW));
        dims.setExitDelay(WINDOW);
        dims.setExitDelay(DELAY + 1);
        dims.admit(long_);
        vm.expectRevert(abi.encodeWithSelector(IDimRegistry.DimRegistryWindowTooLong.selector, DELAY, DELAY));
        dims.setExitDelay(DELAY);
    }
}

/// @dev Claims that everything stands, and slashes another vault when it is told to slash.
contract HostileVault {
    ITokenVault private immutable _TARGET;
    bool public refused;

    constructor(ITokenVault target) {
        _TARGET = target;
    }

    function standingThrough(address, uint16, uint48) external pure returns (uint256, uint256) {
        return (100 ether, 100 ether);
    }

    function slash(address validator, uint16 basket, uint256 amount, address beneficiary)
        external
        returns (uint256)
    {
        try _TARGET.slash(validator, basket, amount, beneficiary) {}
        catch {
            refused = true;
        }
        return amount;
    }
}

/*
Against assets and payees
├── a fee on transfer: what arrived is credited
├── a rebasing token: growth is nobody's; after a loss no deposit, and everyone is paid the same part
├── a token that calls back, on the way in and out: the books hold
├── a frozen asset: claims, exits and slashes go on, and other assets do not notice
├── a beneficiary that cannot be paid: the slash goes on
└── module delisted, registry dead: exits go on
*/
contract AssetAdversaries_Test is MspFixture {
    function _depositOf(ITokenVault vault_, address account, uint256 amount) private {
        vm.startPrank(account);
        vault_.asset().approve(address(vault_), amount);
        vault_.deposit(amount, account);
        vm.stopPrank();
    }

    function test_feeToken_creditsWhatArrived() public {
        TaxedToken taxed = new TaxedToken();
        ITokenVault taxedVault = factory.create(taxed);
        taxed.mint(staker, 100);
        _depositOf(taxedVault, staker, 100);
        assertEq(taxedVault.balanceOf(staker), 90);
        assertEq(taxedVault.owed(), taxed.balanceOf(address(taxedVault)));
        vm.prank(staker);
        taxedVault.withdraw(90, staker);
        assertEq(taxedVault.owed(), 0);
    }

    function test_rebasingToken_growthIsNobodys_andALossEverybodys() public {
        RebasingToken rebasing = new RebasingToken();
        ITokenVault rebasingVault = factory.create(rebasing);
        rebasing.mint(staker, 60);
        rebasing.mint(other, 41);
        _depositOf(rebasingVault, staker, 60);
        _depositOf(rebasingVault, other, 40);
        rebasing.mint(address(rebasingVault), 1000);
        assertEq(rebasingVault.owed(), 100);
        rebasing.shrink(address(rebasingVault), 1050);
        vm.startPrank(other);
        rebasing.approve(address(rebasingVault), 1);
        vm.expectRevert(abi.encodeWithSelector(ITokenVault.VaultAssetShrank.selector, 50, 100));
        rebasingVault.deposit(1, other);
        rebasingVault.withdraw(40, other);
        vm.stopPrank();
        vm.prank(staker);
        rebasingVault.withdraw(60, staker);
        assertEq(rebasing.balanceOf(other), 21);
        assertEq(rebasing.balanceOf(staker), 30);
    }

    function test_callbackToken_cannotReenter() public {
        CallbackToken calling = new CallbackToken();
        ITokenVault callingVault = factory.create(calling);
        CallbackStaker attacker = new CallbackStaker(calling);
        calling.mint(staker, 100);
        _depositOf(callingVault, staker, 100);
        calling.mint(address(attacker), 100);
        attacker.execute(address(calling), abi.encodeCall(calling.approve, (address(callingVault), 100)));
        attacker.plan(address(callingVault), abi.encodeCall(ITokenVault.deposit, (1, address(attacker))));
        attacker.execute(address(callingVault), abi.encodeCall(ITokenVault.deposit, (50, address(attacker))));
        attacker.plan(address(callingVault), abi.encodeCall(ITokenVault.withdraw, (50, address(attacker))));
        attacker.execute(address(callingVault), abi.encodeCall(ITokenVault.withdraw, (50, address(attacker))));
        assertEq(attacker.attempted(), 2);
        assertEq(attacker.succeeded(), 0);
        assertEq(callingVault.owed(), 100);
        assertEq(calling.balanceOf(address(callingVault)), 100);
    }

    function test_frozenAsset_stopsOnlyItsOwnTransfers() public {
        FrozenToken frozen = new FrozenToken();
        ITokenVault frozenVault = factory.create(frozen);
        frozen.mint(staker, 100);
        _depositOf(frozenVault, staker, 100);
        vm.prank(staker);
        frozenVault.delegate(validator, PLAIN, 100);
        frozen.freeze();
        vm.startPrank(staker);
        uint256 id = frozenVault.requestExit(validator, PLAIN, frozenVault.sharesOf(staker, validator, PLAIN));
        vm.stopPrank();
        vm.prank(address(slasher));
        assertEq(frozenVault.slash(validator, PLAIN, 50, victim), 50);
        _pass(DELAY);
        assertEq(frozenVault.claim(id), 50);
        vm.prank(staker);
        vm.expectRevert(abi.encodeWithSelector(FrozenToken.Frozen.selector));
        frozenVault.withdraw(50, staker);
        _deposit(staker, 5);
        vm.prank(staker);
        vault.withdraw(5, staker);
    }

    /// @dev The beneficiary burns all gas when it is paid: nothing pays it within a slash.
    function test_burner_thatRevertsOrBurnsAllGas() public {
        vm.etch(victim, hex"fe");
        vm.deal(staker, 10 ether);
        vm.startPrank(staker);
        nativeVault.depositNative{value: 10 ether}(staker);
        nativeVault.delegate(validator, PLAIN, 10 ether);
        vm.stopPrank();
        _nextEpoch();
        ISlasher.Offence memory offence = _offence(PLAIN, _now(), 5 ether);
        offence.vault = nativeVault;
        _pass(1);
        uint256 id = _request(offence);
        _pass(VETO);
        assertEq(slasher.executeSlash{gas: 500_000}(id), 5 ether);
        // Paid in the wrapped coin, which calls nobody.
        assertEq(nativeVault.collect(victim), 5 ether);
        assertEq(wrapped.balanceOf(victim), 5 ether);
    }

    function test_exit_withModuleDelistedAndRegistriesDead() public {
        _stake(staker, PLAIN, 10 ether);
        dims.remove(dim);
        vm.etch(address(validators), hex"fe");
        vm.etch(address(dims), hex"fe");
        vm.etch(address(allocation), hex"fe");
        vm.etch(address(slasher), hex"fe");
        uint256 id = _exitAll(staker, PLAIN);
        _pass(DELAY);
        vault.claim(id);
        vm.prank(staker);
        vault.withdraw(10 ether, staker);
        assertEq(token.balanceOf(staker), 10 ether);
    }
}
