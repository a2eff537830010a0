// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAllocation} from "../../contracts/msp/interfaces/IAllocation.sol";
import {ISlasher} from "../../contracts/msp/interfaces/ISlasher.sol";
import {ProjectId, TaskId} from "../../contracts/types/Types.sol";
import {IW3bstreamTaskManager} from "../../contracts/w3bstream/interfaces/IW3bstreamTaskManager.sol";
import {ReadingBatch} from "../../contracts/w3bstream/libraries/ReadingBatch.sol";
import {DappReverter} from "../fixtures/Dapps.sol";
import {AnchorsFixture} from "../msp/AnchorsFixture.sol";
import {GovernorFixture} from "../governance/GovernorFixture.sol";
import {BucketFixture} from "../msp/BucketFixture.sol";
import {MspFixture} from "../msp/MspFixture.sol";
import {RewardsFixture} from "../msp/RewardsFixture.sol";
import {PipelineFixture} from "./PipelineFixture.sol";

// What each operation of the pipeline costs, over the real contracts behind their proxies and a real proof. Every call
// is a transaction of its own (isolate), so that a figure is what the sender pays for: the transaction's 21000 and its
// calldata, and storage that nothing has touched yet. The snapshot of a group is snapshots/<group>.json.

/// hardhat-config: isolate = true
contract IoID_Gas_Test is PipelineFixture {
    string private constant _GROUP = "gas-ioid";

    function test_registerProject() public {
        vm.prank(owner);
        projectRegistry.register("new", HARDWARE);
        vm.snapshotGasLastCall(_GROUP, "ProjectRegistry.register");
    }

    function test_applyIoIDs() public {
        ProjectId projectId = _createProject("new", HARDWARE, 0);
        vm.prank(owner);
        store.applyIoIDs{value: 10 * PRICE}(projectId, 10);
        vm.snapshotGasLastCall(_GROUP, "IoIDStore.applyIoIDs, first");
    }

    function test_setDeviceContract() public {
        ProjectId projectId = _createProject("new", HARDWARE, 0);
        vm.prank(owner);
        store.setDeviceContract(projectId, address(0xdec));
        vm.snapshotGasLastCall(_GROUP, "IoIDStore.setDeviceContract");
    }

    function test_mintDeviceNFT() public {
        vm.prank(owner);
        uint256 tokenId = deviceNFT.mint(user);
        vm.snapshotGasLastCall(_GROUP, "DeviceNFT.mint");
        vm.prank(user);
        deviceNFT.approve(address(registry), tokenId);
        vm.snapshotGasLastCall(_GROUP, "DeviceNFT.approve");
    }

    function test_registerDevice() public {
        _register(deviceNFT, _device("first"), user);
        Device memory device = _device("second");
        uint256 tokenId = _mintDeviceNFT(deviceNFT, user);
        Permit memory permit = _permit(device, user);
        vm.prank(user);
        registry.register(address(deviceNFT), tokenId, device.id, HASH, URI, permit.v, permit.r, permit.s);
        vm.snapshotGasLastCall(_GROUP, "IoIDRegistry.register");
    }

    function test_updateDevice() public {
        Device memory device = _device("device");
        _register(deviceNFT, device, user);
        Permit memory permit = _permit(device, user);
        vm.prank(user);
        registry.update(device.id, keccak256("another"), URI, permit.v, permit.r, permit.s);
        vm.snapshotGasLastCall(_GROUP, "IoIDRegistry.update");
    }
}

/// hardhat-config: isolate = true
contract RestakedStake_Gas_Test is MspFixture {
    string private constant _GROUP = "gas-msp";

    function test_stake() public {
        _deposit(staker, 1 ether);
        token.mint(staker, 4 ether);
        vm.startPrank(staker);
        token.approve(address(vault), 4 ether);
        vault.deposit(1 ether, staker);
        vm.snapshotGasLastCall(_GROUP, "Vault.deposit, again");
        vault.deposit(1 ether, other);
        vm.snapshotGasLastCall(_GROUP, "Vault.deposit, first");
        vault.delegate(validator, PLAIN, 1 ether);
        vm.snapshotGasLastCall(_GROUP, "Vault.delegate, first");
        vm.warp(block.timestamp + 1 days);
        vault.delegate(validator, PLAIN, 0.5 ether);
        vm.snapshotGasLastCall(_GROUP, "Vault.delegate, again");
        vm.stopPrank();
    }

    function test_leave() public {
        uint256 shares = _stake(staker, PLAIN, 1 ether);
        vm.warp(block.timestamp + 1 days);
        uint256 id = _exit(staker, PLAIN, shares / 2);
        vm.snapshotGasLastCall(_GROUP, "Vault.requestExit, first");
        vm.warp(block.timestamp + 1 days);
        _exit(staker, PLAIN, shares / 2);
        vm.snapshotGasLastCall(_GROUP, "Vault.requestExit, again");
        vm.warp(block.timestamp + DELAY);
        vault.claim(id);
        vm.snapshotGasLastCall(_GROUP, "Vault.claim, which settles");
        vault.claim(id + 1);
        vm.snapshotGasLastCall(_GROUP, "Vault.claim");
        vm.prank(staker);
        vault.withdraw(0.5 ether, staker);
        vm.snapshotGasLastCall(_GROUP, "Vault.withdraw");
    }

    function test_allocate() public {
        IAllocation.Line[] memory lines = new IAllocation.Line[](1);
        lines[0] = IAllocation.Line(dim, 10_000);
        vm.prank(validator);
        allocation.openBasket(lines, false);
        vm.snapshotGasLastCall(_GROUP, "Allocation.openBasket, 1 line");
        vm.prank(validator);
        validators.opt(dim, true);
        vm.snapshotGasLastCall(_GROUP, "ValidatorRegistry.opt");
    }

    function test_slash_1() public {
        _slashOf(1);
    }

    function test_slash_10000() public {
        _slashOf(10_000);
    }

    function test_slash_10000_exits() public {
        uint256 shares = _stake(staker, PLAIN, 10_000 ether);
        _stake(other, PLAIN, 1 ether);
        _nextEpoch();
        for (uint256 i; i < 10_000; ++i) {
            vm.warp(block.timestamp + 10);
            _exit(staker, PLAIN, shares / 10_000);
        }
        uint256 id = _request(_offence(PLAIN, _now() - 1, 0.1 ether));
        vm.warp(block.timestamp + VETO);
        slasher.executeSlash(id);
        vm.snapshotGasLastCall(_GROUP, "Slasher.executeSlash, 10000 exits");
    }

    /// @dev Each comes at a time of its own, so that the histories are as long as they can be.
    function _slashOf(uint256 stakers) private {
        token.mint(address(this), stakers * 1 ether);
        token.approve(address(vault), stakers * 1 ether);
        for (uint256 i; i < stakers; ++i) {
            address account = address(uint160(0x10000 + i));
            vault.deposit(1 ether, account);
            vm.warp(block.timestamp + 60);
            vm.prank(account);
            vault.delegate(validator, PLAIN, 1 ether);
        }
        _nextEpoch();
        ISlasher.Offence memory offence = _offence(PLAIN, _now(), 0.1 ether);
        vm.warp(block.timestamp + 1);
        string memory of_ = string.concat(", ", vm.toString(stakers), stakers == 1 ? " staker" : " stakers");
        uint256 id = _request(offence);
        vm.snapshotGasLastCall(_GROUP, string.concat("Slasher.requestSlash", of_));
        vm.warp(block.timestamp + VETO);
        slasher.executeSlash(id);
        vm.snapshotGasLastCall(_GROUP, string.concat("Slasher.executeSlash", of_));
        vault.collect(victim);
        vm.snapshotGasLastCall(_GROUP, "Vault.collect");
    }
}

/// hardhat-config: isolate = true
contract Buckets_Gas_Test is BucketFixture {
    string private constant _GROUP = "gas-msp";

    function test_deposit() public {
        uint256 id = _bucket(staker, 100 ether);
        uint256 second = _bucket(staker, 100 ether);
        vm.startPrank(staker);
        staking.approve(address(buckets), id);
        staking.approve(address(buckets), second);
        buckets.depositBucket(id);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.depositBucket, first");
        buckets.depositBucket(second);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.depositBucket, again");
        buckets.delegate(validator, PLAIN, 100 ether);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.delegate, first");
        buckets.withdrawBucket(second, staker);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.withdrawBucket");
        vm.stopPrank();
    }

    function test_slash_andPay() public {
        _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(40 ether);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.slash");
        _realise(staker);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.realise");
        _pay(staker, staker, 40 ether);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.pay");
        buckets.collect(victim);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.collect");
    }

    function test_slash_andSell() public {
        uint256 id = _stakeBucket(staker, 100 ether);
        _nextEpoch();
        _slashBuckets(40 ether);
        _realise(staker);
        _passGrace();
        uint256 exitId = buckets.seize(staker, validator, PLAIN);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.seize");
        _pass(DELAY);
        buckets.claim(exitId);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.claim");
        buckets.auction(id);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.auction");
        vm.deal(buyer, 110 ether);
        vm.prank(buyer);
        buckets.buy{value: 110 ether}(id);
        vm.snapshotGasLastCall(_GROUP, "BucketVault.buy");
    }
}

/// hardhat-config: isolate = true
contract Rewards_Gas_Test is RewardsFixture {
    string private constant _GROUP = "gas-msp";

    function test_rewards_fund() public {
        bribe.mint(funder, 100 ether);
        vm.startPrank(funder);
        bribe.approve(address(rewards), 100 ether);
        rewards.fund(_pot(), _epoch() + 1, 1, 1 ether);
        vm.snapshotGasLastCall(_GROUP, "Rewards.fund, 1 epoch");
        rewards.fund(_pot(), _epoch() + 2, 10, 1 ether);
        vm.snapshotGasLastCall(_GROUP, "Rewards.fund, 10 epochs");
        vm.stopPrank();
        _nextEpochs(2);
        rewards.refund(_pot(), _epoch() - 1, funder);
        vm.snapshotGasLastCall(_GROUP, "Rewards.refund");
        _nextEpochs(10);
        assertEq(rewards.refundRange(_pot(), _epoch() - 12, 12, funder), 10 ether);
        vm.snapshotGasLastCall(_GROUP, "Rewards.refundRange, 10 epochs");
    }

    function test_rewards_sync() public {
        _stake(staker, PLAIN, 1 ether);
        _nextEpoch();
        _opt(false);
        rewards.sync(vault, validator, PLAIN);
        vm.snapshotGasLastCall(_GROUP, "Rewards.sync, 1 line");
    }

    function test_rewards_claim_1() public {
        _claimOf(1, "Rewards.claim, 1 epoch");
    }

    function test_rewards_claim_10() public {
        _claimOf(10, "Rewards.claim, 10 epochs");
    }

    function test_rewards_claim_200() public {
        _claimOf(200, "Rewards.claim, 200 epochs");
    }

    /// @dev Others have shared the epochs out by claiming before.
    function _claimOf(uint48 epochs, string memory name) private {
        _stake(staker, PLAIN, 1 ether);
        _fund(epochs, 1 ether);
        _nextEpochs(epochs + 1);
        rewards.advance(_pot(), epochs);
        _claim(staker);
        vm.snapshotGasLastCall(_GROUP, name);
    }

    function test_rewards_advance() public {
        _stake(staker, PLAIN, 1 ether);
        _fund(10, 1 ether);
        _nextEpochs(11);
        rewards.advance(_pot(), 10);
        vm.snapshotGasLastCall(_GROUP, "Rewards.advance, 10 epochs");
        _claim(staker);
        rewards.claimCommission(_pot(), validator);
        vm.snapshotGasLastCall(_GROUP, "Rewards.claimCommission");
    }

    /// @dev As many lines as a basket can have.
    function test_rewards_lines_8() public {
        IAllocation.Line[] memory lines = new IAllocation.Line[](8);
        for (uint256 i; i < 8; ++i) {
            lines[i] = IAllocation.Line(_admit(_terms()), 1250);
            _agree(validator, lines[i].dim);
        }
        vm.prank(validator);
        uint16 basket = allocation.openBasket(lines, false);
        _deposit(staker, 1 ether);
        vm.startPrank(staker);
        vault.delegate(validator, basket, 1 ether);
        vm.snapshotGasLastCall(_GROUP, "Vault.delegate, first, 8 lines");
        vm.warp(block.timestamp + 1 days);
        vault.requestExit(validator, basket, 500 ether);
        vm.snapshotGasLastCall(_GROUP, "Vault.requestExit, first, 8 lines");
        vm.stopPrank();
        vm.warp(block.timestamp + 1 days);
        vm.prank(address(slasher));
        vault.slash(validator, basket, 0.1 ether, victim);
        vm.snapshotGasLastCall(_GROUP, "Vault.slash, 8 lines");
    }

    /// @dev A basket of two lines.
    function test_rewards_shared() public {
        _stake(staker, SHARED, 1 ether);
        _nextEpoch();
        _deposit(staker, 1 ether);
        vm.prank(staker);
        vault.delegate(validator, SHARED, 1 ether);
        vm.snapshotGasLastCall(_GROUP, "Vault.delegate, again, 2 lines");
        _nextEpoch();
        _exitAll(staker, SHARED);
        vm.snapshotGasLastCall(_GROUP, "Vault.requestExit, first, 2 lines");
    }
}

/// hardhat-config: isolate = true
contract W3bstream_Gas_Test is PipelineFixture {
    string private constant _GROUP = "gas-w3bstream";

    /* A PROJECT */

    function test_bringProject() public {
        (bytes32[] memory keys, bytes[] memory values) = _attributes();
        vm.startPrank(owner);
        registrar.register(PROJECT);
        vm.snapshotGasLastCall(_GROUP, "ProjectRegistrar.register");
        served.setAttributes(PROJECT, keys, values);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamProject.setAttributes, 2");
        price.setRewardToken(PROJECT, address(wrapped));
        vm.snapshotGasLastCall(_GROUP, "W3bstreamProjectReward.setRewardToken");
        price.setReward(PROJECT, FEE);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamProjectReward.setReward");
        router.bindVerifier(PROJECT, address(verifier));
        vm.snapshotGasLastCall(_GROUP, "W3bstreamRouter.bindVerifier");
        router.bindDapp(PROJECT, address(deviceRewards));
        vm.snapshotGasLastCall(_GROUP, "W3bstreamRouter.bindDapp");
        vm.stopPrank();
    }

    function test_debits() public {
        vm.startPrank(owner);
        wrapped.deposit{value: 3 * FEE}();
        vm.snapshotGasLastCall(_GROUP, "WrappedIOTX.deposit, first");
        wrapped.approve(address(debits), 3 * FEE);
        debits.deposit(address(wrapped), FEE);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamDebits.deposit, first");
        debits.deposit(address(wrapped), FEE);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamDebits.deposit, again");
        debits.withdraw(address(wrapped), FEE);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamDebits.withdraw");
        vm.stopPrank();
    }

    /* A PROVER */

    function test_registerProver() public {
        _back(PROVER, registry.deviceTokenId(PROVER), STAKE);
        vm.startPrank(PROVER);
        fleet.register();
        vm.snapshotGasLastCall(_GROUP, "FleetManager.register");
        fleet.addVMType(VM_TYPE);
        vm.snapshotGasLastCall(_GROUP, "FleetManager.addVMType");
        vm.warp(block.timestamp + 20);
        fleet.heartbeat();
        vm.snapshotGasLastCall(_GROUP, "FleetManager.heartbeat");
        vm.stopPrank();
    }

    /* A TASK */

    function test_assign() public {
        _serve();
        _enlist();
        IW3bstreamTaskManager.TaskAssignment memory assignment = _assignment();
        vm.prank(coordinator);
        tasks.assign(assignment, coordinator, block.timestamp + DURATION);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamTaskManager.assign");
    }

    function test_settle_firstRewards() public {
        _prepare();
        router.settle(PROJECT, taskId, proof, signals);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamRouter.settle, 3 devices, their first rewards");
        _assertDelivered();
    }

    function test_settle_laterRewards() public {
        _prepare();
        address[] memory devices = new address[](DEVICES);
        for (uint160 i; i < DEVICES; ++i) devices[i] = address(uint160(FIRST_DEVICE) + i);
        vm.prank(ROUTER);
        deviceRewards.process(PROJECT, TaskId.wrap(bytes32(uint256(1))), PROVER, _batch(devices, 1));
        vm.warp(block.timestamp + 60);
        router.settle(PROJECT, taskId, proof, signals);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamRouter.settle, 3 devices");
        _assertDelivered();
    }

    function test_redeliver() public {
        _prepare();
        address broken = address(new DappReverter());
        vm.prank(owner);
        router.bindDapp(PROJECT, broken);
        router.settle(PROJECT, taskId, proof, signals);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamRouter.settle, the dApp reverts");
        vm.prank(owner);
        router.bindDapp(PROJECT, address(deviceRewards));
        router.redeliver(PROJECT, taskId, signals);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamRouter.redeliver, 3 devices, their first rewards");
        _assertDelivered();
    }

    function test_recall() public {
        _prepare();
        vm.warp(block.timestamp + DURATION + 1);
        vm.prank(stranger);
        tasks.recall(PROJECT, taskId);
        vm.snapshotGasLastCall(_GROUP, "W3bstreamTaskManager.recall, with slash");
        assertLt(stake.stakeOf(PROVER), STAKE);
    }

    function _prepare() private {
        _serve();
        _enlist();
        _registerDevices();
        _assign();
    }

    function _assertDelivered() private view {
        assertFalse(router.isUndelivered(PROJECT, taskId));
        assertEq(debits.balanceOf(address(wrapped), PROVER), FEE);
    }
}

/// hardhat-config: isolate = true
contract Dapp_Gas_Test is PipelineFixture {
    string private constant _GROUP = "gas-dapp";
    TaskId private constant _TASK = TaskId.wrap(bytes32(uint256(1)));

    function test_process_1() public {
        _process(1, "DeviceRewards.process, 1 device");
    }

    function test_process_8() public {
        _process(ReadingBatch.DEVICES, "DeviceRewards.process, 8 devices");
    }

    /// @dev Measures two batches with two readings of each device: the devices' first, and one a minute later.
    function _process(uint256 count, string memory name) private {
        address[] memory devices = new address[](count);
        for (uint160 i; i < count; ++i) {
            devices[i] = address(uint160(FIRST_DEVICE) + i);
            _registerUnsigned(deviceNFT, devices[i]);
        }
        uint256[] memory batch = _batch(devices, 2);
        vm.prank(ROUTER);
        deviceRewards.process(PROJECT, _TASK, PROVER, batch);
        vm.snapshotGasLastCall(_GROUP, string.concat(name, ", first rewards"));
        vm.warp(block.timestamp + 60);
        vm.prank(ROUTER);
        deviceRewards.process(PROJECT, _TASK, PROVER, batch);
        vm.snapshotGasLastCall(_GROUP, name);
    }
}

/// hardhat-config: isolate = true
contract Governance_Gas_Test is GovernorFixture {
    string private constant _GROUP = "gas-governance";

    function test_locks() public {
        uint48 end = _endAfter(MIN);
        vm.prank(cleo);
        ve.lock{value: 10 ether}(end);
        vm.snapshotGasLastCall(_GROUP, "VeIOTX.lock");
        vm.warp(_now() + 1 days);
        vm.prank(cleo);
        ve.delegate(ada);
        vm.snapshotGasLastCall(_GROUP, "VeIOTX.delegate");
        vm.warp(_now() + 1);
        vm.prank(cleo);
        ve.extend(end + 26 * WEEK);
        vm.snapshotGasLastCall(_GROUP, "VeIOTX.extend");
        vm.warp(_now() + 1);
        vm.prank(cleo);
        ve.increase{value: 10 ether}();
        vm.snapshotGasLastCall(_GROUP, "VeIOTX.increase");
        vm.warp(_now() + 26 weeks);
        vm.prank(cleo);
        ve.delegate(ben);
        vm.snapshotGasLastCall(_GROUP, "VeIOTX.delegate, after half a year");
        vm.warp(end + 26 * WEEK);
        vm.prank(cleo);
        ve.withdraw(payable(cleo));
        vm.snapshotGasLastCall(_GROUP, "VeIOTX.withdraw");
    }

    /// @dev The dearest walk there is: a delegatee with a line that ends in each week, all of which have passed.
    function test_longestWalk() public {
        uint48 last = _latestEnd();
        for (uint48 end = _endAfter(MIN); end <= last; end += WEEK) {
            address account = address(uint160(end));
            vm.deal(account, UNIT);
            _delegate(account, cleo);
            _lock(account, UNIT, end);
        }
        vm.warp(last - 1);
        vm.prank(ben);
        ve.delegate(cleo);
        vm.snapshotGasLastCall(_GROUP, "VeIOTX.delegate, longest walk");
    }

    function test_proposals() public {
        Proposal memory proposal = _raiseBond();
        vm.prank(ada);
        uint256 id = governor.propose(proposal.targets, proposal.values, proposal.calls, proposal.description);
        vm.snapshotGasLastCall(_GROUP, "IoTeXGovernor.propose");
        _toVote(id);
        vm.prank(ben);
        governor.castVote(id, FOR);
        vm.snapshotGasLastCall(_GROUP, "IoTeXGovernor.castVote");
        _vote(ada, id, FOR);
        _toEnd(id);
        governor.queue(id);
        vm.snapshotGasLastCall(_GROUP, "IoTeXGovernor.queue");
        vm.warp(governor.proposalEta(id));
        governor.execute(id);
        vm.snapshotGasLastCall(_GROUP, "IoTeXGovernor.execute");
    }
}

/// hardhat-config: isolate = true
contract Anchors_Gas_Test is AnchorsFixture {
    string private constant _GROUP = "gas-msp";

    function test_anchor() public {
        vm.prank(owner);
        anchors.setTerms(MODULE, INTERVAL, anchorer);
        vm.snapshotGasLastCall(_GROUP, "Anchors.setTerms");
        vm.prank(anchorer);
        anchors.anchor(MODULE, 1, keccak256("first"));
        vm.snapshotGasLastCall(_GROUP, "Anchors.anchor, first");
        vm.prank(anchorer);
        anchors.anchor(MODULE, 2, keccak256("second"));
        vm.snapshotGasLastCall(_GROUP, "Anchors.anchor, again");
    }
}
