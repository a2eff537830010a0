// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IIoIDPrice} from "../../contracts/ioid/interfaces/IIoIDPrice.sol";
import {IIoIDStore} from "../../contracts/ioid/interfaces/IIoIDStore.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/*
The price of an ioID
├── changes in no epoch, whatever is registered and whatever governance sets
│   └── an old client that sends `price() * amount` succeeds
├── is what the curve says as the next epoch begins
│   ├── on the points, between them rounded down, and level outside
│   └── announced by ChangePrice
├── epochs follow each other without drift, skipped ones too
├── a quote splits the fee into what is burnt and what is the DAO's, and both are what is paid, to the wei
└── governance
    ├── when the caller is not allowed, each reverts
    ├── a curve without points, with too many, or whose devices do not ascend reverts
    ├── an epoch below an hour reverts
    └── a share above all reverts
*/
contract IoIDPrice_Test is IoIDFixture {
    IIoIDPrice.CurvePoint[] private _points;
    ProjectId private _projectId;

    function setUp() public override {
        super.setUp();
        _projectId = _createProject("Weather", HARDWARE, 0);
        _points.push(IIoIDPrice.CurvePoint({devices: 2, price: 1 ether}));
        _points.push(IIoIDPrice.CurvePoint({devices: 5, price: 2 ether}));
        _points.push(IIoIDPrice.CurvePoint({devices: 105, price: 0}));
    }

    function _nextEpoch() private {
        (uint256 endsAt,) = store.epoch();
        vm.warp(endsAt);
    }

    function test_price_isFixedWithinAnEpoch() public {
        store.setCurve(_points);
        store.setBurnShare(10_000);
        assertEq(store.price(), PRICE);
        assertEq(store.burnShare(), 2500);
        (uint256 endsAt,) = store.epoch();
        vm.warp(endsAt - 1);
        vm.prank(owner);
        store.applyIoIDs{value: 7 * PRICE}(_projectId, 7);
        vm.prank(address(registry));
        store.activeIoID(_projectId);
        assertEq(store.price(), PRICE);
        assertEq(store.projectAppliedAmount(_projectId), 7);

        vm.warp(endsAt);
        assertEq(store.price(), store.priceAt(1));
        assertEq(store.burnShare(), 10_000);
    }

    function test_priceAt_followsTheCurve() public {
        store.setCurve(_points);
        assertEq(store.priceAt(0), 1 ether);
        assertEq(store.priceAt(2), 1 ether);
        assertEq(store.priceAt(3), uint256(4 ether) / 3);
        assertEq(store.priceAt(5), 2 ether);
        assertEq(store.priceAt(55), 1 ether);
        assertEq(store.priceAt(105), 0);
        assertEq(store.priceAt(type(uint64).max), 0);
        assertEq(store.curve().length, 3);
    }

    function test_price_followsDevicesRegistered() public {
        vm.prank(owner);
        store.applyIoIDs{value: 5 * PRICE}(_projectId, 5);
        store.setCurve(_points);
        for (uint256 i = 0; i < 5; ++i) {
            vm.prank(address(registry));
            store.activeIoID(_projectId);
        }
        assertEq(store.price(), PRICE);
        _nextEpoch();
        assertEq(store.price(), 2 ether);
        vm.expectEmit(true, true, true, true, address(store));
        emit IIoIDStore.ChangePrice(2 ether);
        vm.prank(owner);
        store.applyIoIDs{value: 2 ether}(_projectId, 1);
    }

    function test_changePrice_countsFromTheNextEpoch() public {
        store.changePrice(3 ether);
        assertEq(store.price(), PRICE);
        _nextEpoch();
        assertEq(store.price(), 3 ether);
        assertEq(store.activationFee(_createProject("Game", VIRTUAL, 0)), 3 ether);
    }

    /// @dev What governance sets in an epoch that no one has bought in does not reach back to its beginning.
    function test_changePrice_inUntouchedEpoch_waits() public {
        store.changePrice(3 ether);
        _nextEpoch();
        store.changePrice(9 ether);
        assertEq(store.price(), 3 ether);
    }

    function testFuzz_epochs_doNotDrift(uint32 time) public {
        (uint256 first,) = store.epoch();
        vm.warp(first + time);
        (uint256 endsAt,) = store.epoch();
        assertEq((endsAt - first) % 1 days, 0);
        assertGt(endsAt, block.timestamp);
        assertLe(endsAt, block.timestamp + 1 days);
    }

    function test_setEpochLength_countsFromTheNextEpoch() public {
        store.setEpochLength(2 hours);
        (uint256 before,) = store.epoch();
        assertEq(before, block.timestamp + 1 days);
        vm.warp(before);
        (uint256 endsAt,) = store.epoch();
        assertEq(endsAt, before + 2 hours);
    }

    function testFuzz_quote_isExactlyWhatIsPaid(uint128 price, uint16 share, uint8 amount) public {
        price = uint128(bound(price, 0, 3 ether));
        store.changePrice(price);
        store.setBurnShare(uint16(bound(share, 0, 10_000)));
        _nextEpoch();
        (uint256 fee, uint256 burnt, uint256 toDao) = store.quote(amount);
        assertEq(fee, uint256(price) * amount);
        assertEq(burnt + toDao, fee);
        vm.prank(owner);
        store.buyIoIDs{value: fee}(_projectId, amount, fee, owner);
        (uint256 burntSum,, uint256 held) = store.ledger();
        assertEq(burntSum, burnt);
        assertEq(held, toDao);
    }

    function test_governance_notAllowed_reverts() public {
        vm.startPrank(stranger);
        _expectUnauthorized(stranger);
        store.setCurve(_points);
        _expectUnauthorized(stranger);
        store.setEpochLength(1 hours);
        _expectUnauthorized(stranger);
        store.setBurnShare(0);
    }

    function test_setCurve_invalid_reverts() public {
        IIoIDPrice.CurvePoint[] memory none = new IIoIDPrice.CurvePoint[](0);
        vm.expectRevert(IIoIDPrice.IoIDStoreInvalidCurve.selector);
        store.setCurve(none);
        IIoIDPrice.CurvePoint[] memory many = new IIoIDPrice.CurvePoint[](17);
        for (uint64 i = 0; i < 17; ++i) {
            many[i].devices = i;
        }
        vm.expectRevert(IIoIDPrice.IoIDStoreInvalidCurve.selector);
        store.setCurve(many);
        _points[2].devices = 5;
        vm.expectRevert(IIoIDPrice.IoIDStoreInvalidCurve.selector);
        store.setCurve(_points);
    }

    function test_setEpochLength_tooShort_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDPrice.IoIDStoreEpochTooShort.selector, 3599));
        store.setEpochLength(3599);
    }

    function test_setBurnShare_tooHigh_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoIDPrice.IoIDStoreShareTooHigh.selector, 10_001));
        store.setBurnShare(10_001);
    }
}
