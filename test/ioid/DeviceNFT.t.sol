// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IDeviceNFT} from "../../contracts/ioid/interfaces/IDeviceNFT.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/*
DeviceNFT
├── the implementation cannot be initialized
├── configureMinter, incrementMinterAllowance, removeMinter and setBaseURI by another than the owner revert
├── incrementMinterAllowance by zero, or of one who is no minter, reverts
├── mint
│   ├── by one who is no minter, or was removed, reverts
│   ├── beyond the allowance reverts
│   └── within the allowance mints the next id
└── tokenURI starts with the base URI
*/

contract DeviceNFT_Test is IoIDFixture {
    DeviceNFT private _nft;

    function setUp() public override {
        super.setUp();
        _nft = DeviceNFT(_proxy(deviceNFTImplementation, abi.encodeCall(DeviceNFT.initialize, ("Device", "D"))));
    }

    function test_initialize_implementation_reverts() public {
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        DeviceNFT(deviceNFTImplementation).initialize("Device", "D");
    }

    function test_owner_stranger_reverts() public {
        bytes memory notOwner = abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", stranger);
        vm.startPrank(stranger);
        vm.expectRevert(notOwner);
        _nft.configureMinter(stranger, 1);
        vm.expectRevert(notOwner);
        _nft.incrementMinterAllowance(stranger, 1);
        vm.expectRevert(notOwner);
        _nft.removeMinter(stranger);
        vm.expectRevert(notOwner);
        _nft.setBaseURI("ipfs://");
    }

    function test_incrementMinterAllowance_zero_reverts() public {
        _nft.configureMinter(user, 1);
        vm.expectRevert(IDeviceNFT.DeviceNFTZeroIncrement.selector);
        _nft.incrementMinterAllowance(user, 0);
    }

    function test_incrementMinterAllowance_notMinter_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceNFT.DeviceNFTNotMinter.selector, user));
        _nft.incrementMinterAllowance(user, 1);
    }

    function test_mint_notMinter_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IDeviceNFT.DeviceNFTNotMinter.selector, stranger));
        vm.prank(stranger);
        _nft.mint(stranger);
    }

    function test_mint_removedMinter_reverts() public {
        _nft.configureMinter(user, 5);
        _nft.removeMinter(user);
        assertEq(_nft.minterAllowance(user), 0);
        vm.expectRevert(abi.encodeWithSelector(IDeviceNFT.DeviceNFTNotMinter.selector, user));
        vm.prank(user);
        _nft.mint(user);
    }

    function testFuzz_mint_withinAllowance_mintsNextIds(uint8 configured, uint8 increment) public {
        uint256 allowed = uint256(configured % 8) + increment % 8 + 1;
        _nft.configureMinter(user, configured % 8);
        _nft.incrementMinterAllowance(user, increment % 8 + 1);
        vm.startPrank(user);
        for (uint256 id = 1; id <= allowed; ++id) {
            assertEq(_nft.mint(stranger), id);
            assertEq(_nft.ownerOf(id), stranger);
        }
        assertEq(_nft.total(), allowed);
        vm.expectRevert(abi.encodeWithSelector(IDeviceNFT.DeviceNFTNoAllowance.selector, user));
        _nft.mint(stranger);
    }

    function test_tokenURI_startsWithBaseURI() public {
        _nft.configureMinter(address(this), 1);
        _nft.setBaseURI("ipfs://devices/");
        _nft.mint(user);
        assertEq(_nft.tokenURI(1), "ipfs://devices/1");
    }
}
