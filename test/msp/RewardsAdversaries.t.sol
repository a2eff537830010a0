// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Rewards} from "../../contracts/msp/Rewards.sol";
import {IDimRegistry} from "../../contracts/msp/interfaces/IDimRegistry.sol";
import {IRewards} from "../../contracts/msp/interfaces/IRewards.sol";
import {IVault} from "../../contracts/msp/interfaces/IVault.sol";
import {FrozenToken, TaxedToken, TokenDouble} from "../fixtures/Tokens.sol";
import {RewardsFixture} from "./RewardsFixture.sol";
import {CallbackStaker, CallbackToken, RebasingToken} from "./Tokens.sol";

/*
Against who shares
├── flash stake, in and out within an epoch, or in before and out within: nothing, and the others lose nothing
├── joining after what is to be paid is known, or after it was shared out: nothing of it
├── funding an epoch that has begun or is over: refused
├── 1 wei to a huge stake: nobody's, and nothing reverts
├── a reward where nobody is allocated: refunded
├── a slash within the epoch: shared by what it left, whether it came before or after
├── a pool that died, before and within the epoch: nothing; who staked anew: its part
├── a price raised by roundings: others weigh what they staked
└── a claim cannot be repeated, nor made for another's pool, basket or generation
*/
contract ShareAdversaries_Test is RewardsFixture {
    function testFuzz_flashStake_earnsNothing(uint96 amount, uint256 before, uint256 within) public {
        vm.assume(amount != 0);
        _stake(other, PLAIN, 1 ether);
        _fund(3, 100 ether);
        _nextEpoch();
        // In and out within the epoch.
        _pass(bound(before, 0, 6 hours));
        _stake(staker, PLAIN, amount);
        _pass(bound(within, 0, 6 hours));
        _exitAll(staker, PLAIN);
        _nextEpoch();
        // In before, out within.
        _stake(staker, PLAIN, amount);
        _nextEpoch();
        _pass(bound(within, 0, 1 days - 1));
        _exitAll(staker, PLAIN);
        _nextEpochs(2);
        assertEq(_claim(staker), 0);
        _assertNear(_claim(other), 3 * _net(100 ether), 1);
    }

    /// @dev In and out again and again holds what was there, and no more.
    function test_flashStake_onTopOfHeldStake_addsNothing() public {
        _stake(staker, PLAIN, 1 ether);
        _stake(other, PLAIN, 1 ether);
        _fund(1, 100 ether);
        _nextEpoch();
        for (uint256 i; i < 3; ++i) {
            uint256 shares = _stake(staker, PLAIN, 50 ether);
            _exit(staker, PLAIN, shares);
        }
        _nextEpoch();
        uint256 claimed = _claim(staker);
        _assertNear(claimed, _net(50 ether), 1);
        assertEq(claimed, _claim(other));
    }

    function test_joinAfterDistribution_earnsNothingOfIt() public {
        _stake(other, PLAIN, 1 ether);
        _fund(1, 100 ether);
        _nextEpoch();
        _stake(staker, PLAIN, 1000 ether);
        _nextEpoch();
        rewards.advance(_pot(), 1);
        _stake(staker, PLAIN, 1000 ether);
        assertEq(_claim(staker), 0);
        _assertNear(_claim(other), _net(100 ether), 1);
    }

    function testFuzz_retroactiveFunding_isRefused(uint256 ago) public {
        _stake(staker, PLAIN, 1 ether);
        _nextEpochs(3);
        uint48 epoch = _epoch() - uint48(bound(ago, 0, 10));
        bribe.mint(address(this), 1);
        bribe.approve(address(rewards), 1);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsBadEpochs.selector, epoch, 1));
        rewards.fund(_pot(), epoch, 1, 1);
    }

    function test_oneWei_toAHugeStake() public {
        _stake(staker, PLAIN, type(uint112).max / 2);
        _stake(other, PLAIN, type(uint112).max / 4);
        _fund(1, 1);
        _fundFrom(funder, _epoch() + 2, 1, 1 ether);
        _nextEpochs(3);
        uint256 claimed = _claim(staker) + _claim(other);
        assertLe(claimed, _net(1 ether) + 1);
        // A rate of 1.4 ether over 2^111 has few bits: what it rounds away is below 2^8 wei.
        assertGe(claimed + 256, _net(1 ether));
    }

    function test_zeroStake_isRefunded() public {
        uint48 next = _epoch() + 1;
        _fund(1, 100 ether);
        _nextEpochs(2);
        _stake(staker, PLAIN, 1 ether);
        assertEq(rewards.refund(_pot(), next, funder), 100 ether);
        assertEq(bribe.balanceOf(funder), 100 ether);
        _nextEpochs(2);
        assertEq(_claim(staker), 0);
    }

    function testFuzz_slashWithinTheEpoch_sharesByWhatItLeft(uint256 slashed, uint256 time) public {
        slashed = bound(slashed, 1, 10 ether - 1);
        vm.prank(stranger);
        validators.register(0, COMMISSION);
        _agree(stranger, dim);
        uint16 basket = _openBasket(stranger, dim, 10_000);
        _deposit(other, 10 ether);
        vm.prank(other);
        vault.delegate(stranger, basket, 10 ether);
        _stake(staker, PLAIN, 10 ether);
        _fund(1, 100 ether);
        _nextEpoch();
        _pass(bound(time, 0, 1 days - 1));
        _slashPool(slashed);
        _nextEpoch();
        uint256 total = 20 ether - slashed;
        uint256 claimed = _claim(staker);
        uint256 spared = rewards.claim(_pot(), IRewards.Position(stranger, basket, 0, other), 10);
        // The price, and the pool's part, are rounded: by less than 10^-17 of all.
        _assertNear(claimed, _net(100 ether * (10 ether - slashed) / total) + 10, 1010);
        _assertNear(spared, _net(100 ether * 10 ether / total) + 1010, 1020);
        assertLe(claimed + spared, _net(100 ether) + 1);
    }

    function test_deadPool_earnsNothing_andAnewItsPart() public {
        _stake(staker, PLAIN, 10 ether);
        uint48 next = _epoch() + 1;
        _fund(3, 100 ether);
        _nextEpoch();
        IRewards.Position memory old = _position(staker);
        _slashPool(10 ether);
        _stake(other, PLAIN, 1 ether);
        _nextEpochs(2);
        // The epoch that it died in is nobody's, and the next one of who staked anew.
        assertEq(rewards.refund(_pot(), next, funder), 100 ether);
        assertEq(rewards.claim(_pot(), old, 10), 0);
        _assertNear(_claim(other), _net(100 ether), 1);
        _stake(staker, PLAIN, 1 ether);
        _nextEpochs(2);
        assertEq(rewards.claim(_pot(), old, 10), 0);
        _assertNear(_claim(other), _net(100 ether), 1);
    }

    /// @dev Each of many exits leaves nearly a wei in an almost empty pool, so that its price rises a hundredfold.
    function test_priceRaisedByRoundings_weighsWhatWasStaked() public {
        _stake(stranger, PLAIN, 1000);
        uint256 shares = vault.sharesOf(stranger, validator, PLAIN);
        while (shares > 1000) {
            uint256 part = shares / 20 + 1;
            _exit(stranger, PLAIN, part);
            _pass(DELAY);
            vault.claim(vault.exits());
            shares -= part;
        }
        // One share and a wei.
        uint256 price = vault.stakeOf(stranger, validator, PLAIN) * 1e6 / shares;
        assertGt(price, 1500);
        _stake(staker, PLAIN, 1 ether);
        _fund(1, 100 ether);
        _nextEpoch();
        _assertNear(_weight(staker, _epoch()), 1 ether, 1e12);
        assertLe(rewards.totalIn(dim, vault, _epoch()), vault.activeAt(validator, PLAIN, _now()));
        _nextEpoch();
        _assertNear(_claim(staker), _net(100 ether), 1e15);
    }

    function test_cursor_isNotReplayable() public {
        _stake(staker, PLAIN, 1 ether);
        _stake(staker, SHARED, 1 ether);
        _stake(other, PLAIN, 2 ether);
        _fund(1, 100 ether);
        _nextEpochs(2);
        _assertNear(_claim(staker), _net(25 ether), 1);
        for (uint256 pages = 0; pages < 3; ++pages) {
            assertEq(rewards.claim(_pot(), _position(staker), pages), 0);
        }
        IRewards.Position memory position = _position(staker);
        position.generation = 1;
        assertEq(rewards.claim(_pot(), position, 10), 0);
        (position.generation, position.basket) = (0, SHARED);
        _assertNear(rewards.claim(_pot(), position, 10), _net(25 ether), 1);
        assertEq(rewards.claim(_pot(), position, 10), 0);
        position.basket = 3;
        assertEq(rewards.claim(_pot(), position, 10), 0);
        (position.basket, position.validator) = (PLAIN, stranger);
        assertEq(rewards.claim(_pot(), position, 10), 0);
        assertEq(bribe.balanceOf(stranger), 0);
    }
}

/*
Against agreements
├── an opt-out that nobody synchronized: its stake is not paid, and what it would have been is given to the next epoch
├── a DIM that was removed: what is to come goes back, and stake that it forfeited is left
├── a commission raised just before a claim: what it was in each epoch
└── registries that are dead: exits and slashes go on
*/
contract TermAdversaries_Test is RewardsFixture {
    function _otherPool() private returns (IRewards.Position memory) {
        vm.prank(stranger);
        validators.register(0, COMMISSION);
        _agree(stranger, dim);
        uint16 basket = _openBasket(stranger, dim, 10_000);
        _deposit(other, 1 ether);
        vm.prank(other);
        vault.delegate(stranger, basket, 1 ether);
        return IRewards.Position(stranger, basket, 0, other);
    }

    function test_optOut_withoutSync_isNotPaid() public {
        IRewards.Position memory position = _otherPool();
        _stake(staker, PLAIN, 3 ether);
        _fund(3, 100 ether);
        _nextEpoch();
        _opt(false);
        _nextEpochs(3);
        // It served in the first of three.
        _assertNear(_claim(staker), _net(75 ether), 1);
        _assertNear(rewards.claim(_pot(), position, 10), 3 * _net(25 ether), 1);
        // What it would have been paid for the others is the next one's, once.
        uint48 next = _epoch() + 1;
        _assertNear(rewards.fundedFor(_pot(), next), 150 ether, 1);
        assertEq(_claim(staker), 0);
        _assertNear(rewards.fundedFor(_pot(), next), 150 ether, 1);
        rewards.sync(vault, validator, PLAIN);
        _nextEpochs(2);
        _assertNear(rewards.claim(_pot(), position, 10), _net(150 ether), 2);
        _assertNear(rewards.balanceOf(_pot()).left, 450 ether - 75 ether - 225 ether + 75 ether * 0.05, 225 ether);
    }

    /// @dev Nobody's funding is nobody's to be paid back: it is given to the next epoch again.
    function test_forfeited_forAnEmptyEpoch_isGivenOn() public {
        _stake(staker, PLAIN, 1 ether);
        _fund(2, 100 ether);
        _nextEpoch();
        _opt(false);
        _nextEpochs(2);
        rewards.sync(vault, validator, PLAIN);
        _assertNear(_claim(staker), _net(100 ether), 1);
        uint48 next = _epoch() + 1;
        uint256 forfeited = rewards.fundedFor(_pot(), next);
        _assertNear(forfeited, 100 ether, 1);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsNotRefundable.selector, next));
        rewards.refund(_pot(), next, address(0));
        _nextEpoch();
        IRewards.Position memory position = _otherPool();
        _nextEpoch();
        assertEq(rewards.refund(_pot(), next, address(0)), forfeited);
        assertEq(rewards.fundedFor(_pot(), next), 0);
        assertEq(rewards.fundedFor(_pot(), _epoch() + 1), forfeited);
        _nextEpochs(2);
        _assertNear(rewards.claim(_pot(), position, 10), _net(forfeited), 1);
    }

    function test_dimRemoved_withFundingOutstanding() public {
        _stake(staker, PLAIN, 1 ether);
        uint48 next = _epoch() + 1;
        _fund(4, 100 ether);
        _nextEpoch();
        _opt(false);
        _nextEpochs(2);
        dims.remove(dim);
        for (uint48 i = 2; i < 4; ++i) assertEq(rewards.refund(_pot(), next + i, funder), 100 ether);
        _nextEpochs(2);
        _assertNear(_claim(staker), _net(100 ether), 1);
        // There is no epoch to give it to.
        assertEq(rewards.fundedFor(_pot(), _epoch() + 1), 0);
        _assertNear(rewards.balanceOf(_pot()).left, 105 ether + 1, 2);
        // So it is for whom the DIM's slashes harmed.
        uint256 orphaned = rewards.orphanedIn(_pot());
        _assertNear(orphaned, 100 ether, 1);
        vm.prank(stranger);
        assertEq(rewards.collectOrphaned(_pot()), orphaned);
        assertEq(bribe.balanceOf(victim), orphaned);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.collectOrphaned(_pot());
        // What stake earned is still there.
        _assertNear(rewards.claimCommission(_pot(), validator), 5 ether, 1);
        assertLe(rewards.balanceOf(_pot()).left, 2);
    }

    /// @dev What was given on to an epoch that its DIM did not see the end of, too; burnt where nobody was to be harmed.
    function test_forfeited_givenOn_thenTheDimIsRemoved() public {
        IDimRegistry.Terms memory terms = _terms();
        terms.beneficiary = address(0);
        dim = _admit(terms);
        _agree(validator, dim);
        uint16 basket = _openBasket(validator, dim, 10_000);
        _stake(staker, basket, 1 ether);
        _fund(2, 100 ether);
        _nextEpoch();
        _opt(false);
        _nextEpochs(2);
        rewards.claim(_pot(), IRewards.Position(validator, basket, 0, staker), 100);
        uint48 next = _epoch() + 1;
        uint256 forfeited = rewards.fundedFor(_pot(), next);
        _assertNear(forfeited, 100 ether, 1);
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsZeroAmount.selector));
        rewards.collectOrphaned(_pot());
        dims.remove(dim);
        assertEq(rewards.refundRange(_pot(), _epoch(), 10, address(0)), forfeited);
        assertEq(rewards.orphanedIn(_pot()), forfeited);
        rewards.collectOrphaned(_pot());
        assertEq(bribe.balanceOf(address(0xdead)), forfeited);
    }

    /// @dev Nothing of a pot is stuck: whoever serves until when, and whenever the DIM leaves, all but roundings comes out.
    function testFuzz_dimRemoved_allOfThePotComesOut(uint96 amount, uint8 optOut, uint8 removal, bool early) public {
        _stake(staker, PLAIN, 3 ether);
        IRewards.Position memory position = _otherPool();
        uint48 next = _epoch() + 1;
        uint256 each = bound(amount, 1, 1e24);
        _fund(8, each);
        uint256 out = bound(optOut, 0, 9);
        uint256 gone = bound(removal, 0, 9);
        for (uint256 i; i < 12; ++i) {
            if (i == out) _opt(false);
            if (i == gone) dims.remove(dim);
            if (early && i % 3 == 2) _claim(staker);
            _nextEpoch();
        }
        _claim(staker);
        rewards.claim(_pot(), position, 100);
        _refundRange(next, funder);
        _refundRange(next, address(0));
        if (rewards.orphanedIn(_pot()) != 0) rewards.collectOrphaned(_pot());
        for (uint256 i; i < 2; ++i) {
            address account = i == 0 ? validator : stranger;
            if (rewards.commissionOf(_pot(), account) != 0) rewards.claimCommission(_pot(), account);
        }
        assertLe(rewards.balanceOf(_pot()).left, 16);
        assertEq(rewards.balanceOf(_pot()).left, bribe.balanceOf(address(rewards)));
    }

    function _refundRange(uint48 first, address account) private {
        try rewards.refundRange(_pot(), first, 30, account) {} catch {}
    }

    function test_commission_raisedJustBeforeAClaim() public {
        _stake(staker, PLAIN, 1 ether);
        _fund(3, 100 ether);
        _nextEpochs(3);
        vm.prank(validator);
        validators.setCommission(10_000);
        uint256 pending = _pending(staker);
        _assertNear(pending, 2 * _net(100 ether), 1);
        _nextEpoch();
        // The third epoch's was as it had begun.
        _assertNear(_claim(staker), 3 * _net(100 ether), 1);
        _fund(1, 100 ether);
        _nextEpochs(2);
        assertEq(_claim(staker), 0);
        _assertNear(rewards.claimCommission(_pot(), validator), 115 ether, 1);
    }

    function test_registriesDead_exitsAndSlashesGoOn() public {
        _stake(staker, PLAIN, 4 ether);
        _nextEpoch();
        vm.etch(address(dims), hex"fe");
        vm.etch(address(validators), hex"fe");
        vm.etch(address(allocation), hex"fe");
        _exit(staker, PLAIN, 1000 ether);
        _slashPool(1 ether);
        _assertNear(rewards.totalIn(dim, vault, _epoch()), 2.25 ether, 1);
        _pass(DELAY);
        assertLe(0.75 ether - vault.claim(1), 1);
        // A delegation is refused, where it asks for anything.
        _deposit(other, 1 ether);
        vm.prank(other);
        vm.expectRevert();
        vault.delegate(validator, PLAIN, 1 ether);
    }
}

/// @dev Says of itself what it is told to.
contract LyingVault {
    uint256 public weight;
    uint48 public until;

    function lie(uint256 weight_, uint48 until_) external {
        (weight, until) = (weight_, until_);
    }

    function weightOf(address, address, uint16, uint48, uint48) external view returns (uint256, uint48) {
        return (weight, until);
    }

    function join(Rewards rewards, address validator, uint16 basket, uint112 held, uint112 next) external {
        rewards.join(validator, basket, held, next);
    }

    function weigh(Rewards rewards, address validator, uint16 basket, uint112 held, uint112 next) external {
        rewards.weigh(validator, basket, held, next);
    }
}

/// @dev Burns all gas when it pays.
contract BurningToken is ERC20("Burning", "BURN") {
    address private immutable _PAYER;

    constructor(address payer) {
        _PAYER = payer;
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == _PAYER) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        super._update(from, to, value);
    }
}

/*
Against tokens and vaults
├── 500 pots of dust: the one good claim is what it is
├── a token that reverts, burns all gas or takes a fee when it pays: its own claims alone
├── a token that shrank: its own claims alone
├── a token that calls back: cannot claim, fund or be refunded twice
├── a vault that lies about its weights: its own pots alone, and no loop without an end
└── a position of another vault, or DIM: nothing
*/
contract PotAdversaries_Test is RewardsFixture {
    function test_500DustTokens_leaveAGoodClaimAsItIs() public {
        _stake(staker, PLAIN, 1 ether);
        _fund(1, 100 ether);
        TokenDouble dust;
        for (uint256 i; i < 500; ++i) {
            dust = new TokenDouble();
            dust.mint(address(this), 1);
            dust.approve(address(rewards), 1);
            rewards.fund(_potOf(dust), _epoch() + 1, 1, 1);
        }
        _nextEpochs(2);
        rewards.advance(_pot(), 1);
        _assertNear(rewards.claim{gas: 250_000}(_pot(), _position(staker), 10), _net(100 ether), 1);
        assertEq(rewards.claim(_potOf(dust), _position(staker), 10), 0);
    }

    function _fundWith(IERC20 paid, uint256 amount) private {
        vm.startPrank(funder);
        paid.approve(address(rewards), amount);
        rewards.fund(_potOf(paid), _epoch() + 1, 1, amount);
        vm.stopPrank();
    }

    function test_badTokens_failAlone() public {
        _stake(staker, PLAIN, 1 ether);
        FrozenToken frozen = new FrozenToken();
        BurningToken burning = new BurningToken(address(rewards));
        TaxedToken taxed = new TaxedToken();
        frozen.mint(funder, 100);
        burning.mint(funder, 100);
        taxed.mint(funder, 1000);
        _fundWith(frozen, 100);
        _fundWith(burning, 100);
        _fundWith(taxed, 1000);
        frozen.freeze();
        _fund(1, 100 ether);
        _nextEpochs(2);

        IRewards.Pot[] memory pots = new IRewards.Pot[](4);
        pots[0] = _potOf(frozen);
        pots[1] = _potOf(burning);
        pots[2] = _potOf(taxed);
        pots[3] = _pot();
        uint256[] memory amounts = rewards.claimEach{gas: 1_500_000}(pots, _position(staker), 10, 300_000);
        assertEq(amounts[0] + amounts[1], 0);
        _assertNear(amounts[2], 855, 1);
        _assertNear(amounts[3], _net(100 ether), 1);
        assertEq(taxed.balanceOf(staker), amounts[2] - amounts[2] / 10);
        // What failed is still there.
        IRewards.Position memory position = _position(staker);
        _assertNear(rewards.pending(pots[0], position, 10), 95, 1);
        vm.expectRevert(abi.encodeWithSelector(FrozenToken.Frozen.selector));
        rewards.claim(pots[0], position, 10);
    }

    function test_shrunkToken_failsAlone() public {
        _stake(staker, PLAIN, 1 ether);
        _stake(other, PLAIN, 1 ether);
        RebasingToken shrinking = new RebasingToken();
        shrinking.mint(funder, 100);
        _fundWith(shrinking, 100);
        _fund(1, 100 ether);
        _nextEpochs(2);
        shrinking.shrink(address(rewards), 50);
        _assertNear(rewards.claim(_potOf(shrinking), _position(staker), 10), 47, 1);
        IRewards.Position memory position = _position(other);
        vm.expectRevert();
        rewards.claim(_potOf(shrinking), position, 10);
        _assertNear(_claim(other), _net(50 ether), 1);
    }

    function test_callbackToken_cannotReenter() public {
        CallbackToken calling = new CallbackToken();
        CallbackStaker attacker = new CallbackStaker(calling);
        IRewards.Pot memory pot = _potOf(calling);
        uint48 next = _epoch() + 1;
        calling.mint(address(attacker), 100);
        calling.mint(funder, 100);
        _fundWith(calling, 100);
        _stake(address(attacker), PLAIN, 1 ether);
        attacker.execute(address(calling), abi.encodeCall(calling.approve, (address(rewards), 100)));
        bytes memory fund = abi.encodeCall(IRewards.fund, (pot, next, 1, 10));
        attacker.plan(address(rewards), fund);
        attacker.execute(address(rewards), fund);
        assertEq(rewards.fundedFor(pot, next), 110);
        _nextEpochs(2);
        bytes memory claim = abi.encodeCall(IRewards.claim, (pot, _position(address(attacker)), 10));
        attacker.plan(address(rewards), claim);
        attacker.execute(address(rewards), claim);
        assertEq(attacker.attempted(), 2);
        assertEq(attacker.succeeded(), 0);
        _assertNear(calling.balanceOf(address(attacker)), 90 + _net(110), 1);
        assertEq(calling.balanceOf(address(rewards)), rewards.balanceOf(pot).left);
    }

    function test_lyingVault_spoilsItsOwnPotsAlone() public {
        _stake(other, PLAIN, 1 ether);
        _fund(1, 100 ether);
        LyingVault lying = new LyingVault();
        lying.join(rewards, validator, PLAIN, 0, 1);
        IRewards.Pot memory pot = _pot();
        pot.vault = IVault(address(lying));
        bribe.mint(funder, 10 ether);
        vm.startPrank(funder);
        bribe.approve(address(rewards), 10 ether);
        rewards.fund(pot, _epoch() + 1, 2, 5 ether);
        vm.stopPrank();
        _nextEpochs(2);

        // More than there is: of the same token, there is more than its own.
        lying.lie(20, type(uint48).max);
        IRewards.Position memory position = _position(staker);
        vm.expectRevert();
        rewards.claim(pot, position, 10);
        lying.lie(type(uint256).max, type(uint48).max);
        vm.expectRevert();
        rewards.claim(pot, position, 10);
        // A weight that is not the total's, and no progress.
        lying.lie(1, 0);
        _assertNear(rewards.claim(pot, _position(staker), 10), _net(5 ether), 1);
        assertEq(rewards.claim(pot, _position(staker), 10), 0);
        // Its own totals are as it says; a subtraction that fails is its own.
        lying.weigh(rewards, validator, PLAIN, type(uint112).max, type(uint112).max);
        assertEq(rewards.totalIn(dim, IVault(address(lying)), _epoch()), type(uint112).max);
        assertEq(rewards.totalIn(dim, vault, _epoch()), 1 ether);
        _assertNear(_claim(other), _net(100 ether), 1);
    }

    function test_potsOfOthers_payNothing() public {
        _stake(staker, PLAIN, 1 ether);
        vm.deal(other, 1 ether);
        vm.startPrank(other);
        nativeVault.depositNative{value: 1 ether}(other);
        nativeVault.delegate(validator, PLAIN, 1 ether);
        vm.stopPrank();
        _fund(1, 100 ether);
        _nextEpochs(2);
        assertEq(_claim(other), 0);
        IRewards.Pot memory pot = _pot();
        pot.vault = nativeVault;
        assertEq(rewards.claim(pot, _position(other), 10), 0);
        pot.vault = vault;
        pot.dim = otherDim;
        assertEq(rewards.claim(pot, _position(staker), 10), 0);
        _assertNear(_claim(staker), _net(100 ether), 1);
    }
}
