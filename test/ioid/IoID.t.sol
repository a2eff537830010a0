// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC6551Registry} from "erc6551/ERC6551Registry.sol";
import {IIoID} from "../../contracts/ioid/interfaces/IIoID.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/*
IoID.mint, removeDID, migrate
├── when the caller is not the minter, each reverts
├── mint of a device that has an ioID reverts
├── mint to a device that is zero reverts
├── mint creates the ERC-6551 account of salt 0
├── removeDID of an unknown device reverts
└── migrate moves the token, whatever its approvals

IoID.setResolver
├── when the caller neither holds the ioID nor is approved, it reverts
└── it sets the resolver

IoID.projectIDs
├── of a project without devices, it returns none
├── with a page of 1, it returns each of 3 devices once
├── from zero, it starts where it starts from 0x…01
├── with a huge page, it returns all
├── with an empty page, it returns where it started
├── when the start is a device of another project, it reverts
├── when the start is a device of the project, it starts with it
├── when a device is removed between two pages, the next page's first included, every other is returned once
├── when more places are empty than one page passes, it goes on
└── after any removals and registrations, pages of any size return every device once, in order

IoID.wallet
├── of a token that does not exist reverts
└── of an unknown DID is zero
*/

abstract contract MinterFixture is IoIDFixture {
    ProjectId internal constant FIRST = ProjectId.wrap(1);
    ProjectId internal constant SECOND = ProjectId.wrap(2);
    address internal constant START = address(1);

    /// @dev This contract is the minter.
    function setUp() public virtual override {
        super.setUp();
        ioID.setMinter(address(this));
    }
}

contract IoID_Mint_Test is MinterFixture {
    function test_minter_notMinter_reverts() public {
        bytes memory notMinter = abi.encodeWithSelector(IIoID.IoIDNotMinter.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(notMinter);
        ioID.mint(FIRST, stranger, stranger);
        vm.expectRevert(notMinter);
        ioID.removeDID(stranger);
        vm.expectRevert(notMinter);
        ioID.migrate(1, stranger);
    }

    function test_setMinter_notAllowed_reverts() public {
        _expectUnauthorized(stranger);
        vm.prank(stranger);
        ioID.setMinter(stranger);
    }

    function test_mint_deviceWithIoID_reverts() public {
        ioID.mint(FIRST, stranger, user);
        vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDDeviceExists.selector, stranger));
        ioID.mint(SECOND, stranger, user);
    }

    function test_mint_zeroDevice_reverts() public {
        vm.expectRevert(IIoID.IoIDZeroAddress.selector);
        ioID.mint(FIRST, address(0), user);
    }

    function testFuzz_mint_createsAccountOfSaltZero(address device) public {
        vm.assume(device != address(0));
        address expected = ERC6551Registry(ioID.walletRegistry())
            .account(ioID.walletImplementation(), 0, block.chainid, address(ioID), 1);
        vm.expectEmit(true, true, true, true, address(ioID));
        emit IIoID.CreateIoID(user, 1, expected, ioID.did(device));
        uint256 id = ioID.mint(FIRST, device, user);

        (address wallet, string memory did) = ioID.wallet(id);
        assertEq(wallet, expected);
        assertTrue(wallet.code.length != 0);
        assertEq(ioID.wallet(did), wallet);
        assertEq(ioID.totalSupply(), 1);
        assertEq(ioID.projectDeviceCount(FIRST), 1);
    }

    function test_removeDID_unknownDevice_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDUnknownDevice.selector, stranger));
        ioID.removeDID(stranger);
    }

    function test_migrate_movesToken() public {
        uint256 id = ioID.mint(FIRST, stranger, user);
        vm.expectEmit(true, true, true, true, address(ioID));
        emit IIoID.Migrate(user, owner, id);
        ioID.migrate(id, owner);
        assertEq(ioID.ownerOf(id), owner);
    }

    function test_wallet_unknownToken_reverts() public {
        vm.expectRevert(abi.encodeWithSignature("ERC721NonexistentToken(uint256)", 1));
        ioID.wallet(1);
    }

    function test_wallet_unknownDid_isZero() public view {
        assertEq(ioID.wallet("did:io:0x00"), address(0));
    }
}

contract IoID_SetResolver_Test is MinterFixture {
    function test_setResolver_stranger_reverts() public {
        uint256 id = ioID.mint(FIRST, stranger, user);
        vm.expectRevert(abi.encodeWithSignature("ERC721InsufficientApproval(address,uint256)", stranger, id));
        vm.prank(stranger);
        ioID.setResolver(id, stranger);
    }

    function test_setResolver_holder_sets() public {
        uint256 id = ioID.mint(FIRST, stranger, user);
        vm.prank(user);
        ioID.setResolver(id, owner);
        assertEq(ioID.resolver(id), owner);
    }
}

contract IoID_ProjectIDs_Test is MinterFixture {
    address[] private _model;

    function test_projectIDs_noDevices_returnsNone() public view {
        _assertPages(FIRST, 3);
    }

    function test_projectIDs_pagesOfOne_returnEachOnce() public {
        for (uint160 i = 0; i < 3; ++i) {
            _mintDevice(i);
        }
        _assertPages(FIRST, 1);
        assertEq(ioID.projectDeviceCount(FIRST), 3);
    }

    function test_projectIDs_fromZero_startsAtTheFirst() public {
        _mintDevice(0);
        (address[] memory devices, address next) = ioID.projectIDs(FIRST, address(0), 5);
        assertEq(devices.length, 1);
        assertEq(devices[0], _model[0]);
        assertEq(next, address(0));
    }

    function test_projectIDs_hugePage_returnsAll() public {
        _mintDevice(0);
        _mintDevice(1);
        (address[] memory devices,) = ioID.projectIDs(FIRST, START, type(uint256).max);
        assertEq(devices.length, 2);
    }

    function test_projectIDs_emptyPage_returnsWhereItStarted() public {
        _mintDevice(0);
        (address[] memory devices, address next) = ioID.projectIDs(FIRST, START, 0);
        assertEq(devices.length, 0);
        assertEq(next, START);
    }

    function test_projectIDs_startElsewhere_reverts() public {
        ioID.mint(SECOND, stranger, user);
        vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDNotInProject.selector, FIRST, stranger));
        ioID.projectIDs(FIRST, stranger, 1);
    }

    function test_projectIDs_fromADevice_startsWithIt() public {
        ioID.mint(FIRST, stranger, user);
        ioID.mint(FIRST, owner, user);
        (address[] memory devices, address next) = ioID.projectIDs(FIRST, owner, 2);
        assertEq(devices.length, 1);
        assertEq(devices[0], owner);
        assertEq(next, address(0));
    }

    /// @dev The device that the next page would start with is gone: the page starts with the one after it.
    function test_projectIDs_nextRemoved_goesOn() public {
        for (uint160 i = 0; i < 3; ++i) {
            _mintDevice(i);
        }
        (, address next) = ioID.projectIDs(FIRST, START, 1);
        ioID.removeDID(_model[1]);
        (address[] memory devices, address end) = ioID.projectIDs(FIRST, next, 5);
        assertEq(devices.length, 1);
        assertEq(devices[0], _model[2]);
        assertEq(end, address(0));
    }

    /// @dev Many removals make no page dear: it ends, and the next goes on.
    function test_projectIDs_manyRemoved_boundsAPage() public {
        for (uint160 i = 0; i < 5000; ++i) {
            address removed = address(0xe0000 + i);
            ioID.mint(FIRST, removed, user);
            ioID.removeDID(removed);
        }
        _mintDevice(0);
        (address[] memory devices, address next) = ioID.projectIDs(FIRST, START, 10);
        assertEq(devices.length, 0);
        (devices, next) = ioID.projectIDs(FIRST, next, 10);
        assertEq(devices.length, 1);
        assertEq(next, address(0));
    }

    function test_projectIDs_removalBetweenPages_returnsEveryOtherOnce() public {
        for (uint160 i = 0; i < 5; ++i) {
            _mintDevice(i);
        }
        (address[] memory before, address next) = ioID.projectIDs(FIRST, START, 2);
        ioID.removeDID(before[0]);
        ioID.removeDID(_model[3]);
        (address[] memory rest,) = ioID.projectIDs(FIRST, next, 5);
        assertEq(rest.length, 2);
        assertEq(rest[0], _model[2]);
        assertEq(rest[1], _model[4]);
    }

    /// @param steps Each toggles one of 16 devices: it is registered where it is not, and else removed.
    function testFuzz_projectIDs_anyHistory_returnsEachOnce(uint8[48] calldata steps, uint256 size) public {
        ioID.mint(SECOND, stranger, user);
        for (uint256 i = 0; i < steps.length; ++i) {
            uint160 device = steps[i] % 16;
            if (ioID.deviceProject(_deviceAt(device)) == FIRST) _removeDevice(device);
            else _mintDevice(device);
        }
        _assertPages(FIRST, bound(size, 1, 20));
        assertEq(ioID.projectDeviceCount(FIRST), _model.length);
        assertEq(ioID.projectDeviceCount(SECOND), 1);
    }

    function _deviceAt(uint160 index) private pure returns (address) {
        return address(0xd0000 + index);
    }

    function _mintDevice(uint160 index) private {
        ioID.mint(FIRST, _deviceAt(index), user);
        _model.push(_deviceAt(index));
    }

    function _removeDevice(uint160 index) private {
        ioID.removeDID(_deviceAt(index));
        uint256 found = 0;
        while (_model[found] != _deviceAt(index)) ++found;
        for (uint256 i = found; i + 1 < _model.length; ++i) {
            _model[i] = _model[i + 1];
        }
        _model.pop();
    }

    /// @dev Following `next` yields the model.
    function _assertPages(ProjectId projectId, uint256 size) private view {
        uint256 seen = 0;
        address next = START;
        do {
            address[] memory devices;
            (devices, next) = ioID.projectIDs(projectId, next, size);
            assertLe(devices.length, size);
            for (uint256 i = 0; i < devices.length; ++i) {
                assertEq(devices[i], _model[seen++]);
            }
        } while (next != address(0));
        assertEq(seen, _model.length);
    }
}
