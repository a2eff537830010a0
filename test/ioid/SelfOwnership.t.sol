// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC6551Registry} from "erc6551/ERC6551Registry.sol";
import {ERC6551AccountUpgradeable} from "erc6551/examples/upgradeable/ERC6551AccountUpgradeable.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IIoID} from "../../contracts/ioid/interfaces/IIoID.sol";
import {ProjectId} from "../../contracts/types/Types.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/*
An ioID
├── sent to its own account, by transfer or migration, reverts
│   └── so it does to any other account of it: anyone makes those, with a salt or an implementation of their own
├── sent to the account of an ioID that its own account holds, at any depth, reverts
├── registered as its own device NFT reverts
├── minted to the account of an ioID that the new account holds already reverts
├── may be held by the account of another
├── that is transferred takes along what its account holds
└── lists its holders' tokens truly under any transfers
*/
contract SelfOwnership_Test is IoIDFixture {
    DeviceNFT private _nft;

    function setUp() public override {
        super.setUp();
        _nft = _createDeviceNFT(_createProject("Weather", HARDWARE, 20));
    }

    function _owns(uint256 id) private view returns (bytes memory) {
        (address wallet,) = ioID.wallet(id);
        return abi.encodeWithSelector(IIoID.IoIDOwnsItself.selector, id, wallet);
    }

    function test_transfer_toOwnAccount_reverts() public {
        Device memory device = _device("device");
        uint256 id = _register(_nft, device, user);
        (address wallet,) = ioID.wallet(id);
        Permit memory permit = _permit(device, wallet);
        vm.startPrank(user);
        vm.expectRevert(_owns(id));
        ioID.transferFrom(user, wallet, id);
        vm.expectRevert(_owns(id));
        ioID.safeTransferFrom(user, wallet, id);
        vm.expectRevert(_owns(id));
        registry.migrate(device.id, wallet, permit.v, permit.r, permit.s);
    }

    function test_transfer_inACircle_reverts() public {
        uint256[] memory ids = new uint256[](4);
        address wallet = user;
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = _register(_nft, _device(string(abi.encodePacked("device", vm.toString(i)))), user);
            if (i != 0) {
                vm.prank(user);
                ioID.transferFrom(user, wallet, ids[i]);
            }
            (wallet,) = ioID.wallet(ids[i]);
        }
        vm.expectRevert(_owns(ids[0]));
        vm.prank(user);
        ioID.transferFrom(user, wallet, ids[0]);
    }

    /// @dev An account's holder may put any code behind its proxy: who holds what is read from the proxy itself.
    function test_transfer_toLyingAccount_reverts() public {
        uint256 first = _register(_nft, _device("first"), user);
        uint256 second = _register(_nft, _device("second"), user);
        (address firstWallet,) = ioID.wallet(first);
        (address secondWallet,) = ioID.wallet(second);
        vm.startPrank(user);
        (bool upgraded,) = secondWallet.call(abi.encodeWithSignature("upgrade(address)", address(0xdead)));
        assertTrue(upgraded);
        ioID.transferFrom(user, firstWallet, second);
        vm.expectRevert(_owns(first));
        ioID.transferFrom(user, secondWallet, first);
    }

    /// @dev The same token has an account for each salt and implementation, which its holder commands all the same.
    function test_transfer_toOtherAccountOfIt_reverts() public {
        uint256 id = _register(_nft, _device("device"), user);
        uint256 held = _register(_nft, _device("held"), user);
        ERC6551Registry accounts = ERC6551Registry(ioID.walletRegistry());
        address implementation = ioID.walletImplementation();
        address salted = accounts.createAccount(implementation, keccak256("salt"), block.chainid, address(ioID), id);
        address other =
            accounts.createAccount(address(new ERC6551AccountUpgradeable()), 0, block.chainid, address(ioID), id);
        vm.startPrank(user);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDOwnsItself.selector, id, i == 0 ? salted : other));
            ioID.transferFrom(user, i == 0 ? salted : other, id);
        }
        // At any depth.
        ioID.transferFrom(user, salted, held);
        (address heldWallet,) = ioID.wallet(held);
        vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDOwnsItself.selector, id, salted));
        ioID.transferFrom(user, heldWallet, id);
        vm.stopPrank();
        assertEq(ioID.ownerOf(id), user);
    }

    /// @dev What looks like an account, and is of a token of another contract or chain, is a holder as any.
    function test_transfer_toAccountOfElsewhere_transfers() public {
        uint256 id = _register(_nft, _device("device"), user);
        ERC6551Registry accounts = ERC6551Registry(ioID.walletRegistry());
        address implementation = ioID.walletImplementation();
        address elsewhere = accounts.createAccount(implementation, 0, block.chainid, address(_nft), id);
        address otherChain = accounts.createAccount(implementation, 0, block.chainid + 1, address(ioID), id);
        vm.prank(user);
        ioID.transferFrom(user, elsewhere, id);
        vm.prank(elsewhere);
        ioID.transferFrom(elsewhere, otherChain, id);
        assertEq(ioID.ownerOf(id), otherChain);
    }

    /// @dev The ioID contract as a device NFT contract, and the ioID that is about to be minted as the device NFT.
    function test_register_ownIoIDAsDeviceNFT_reverts() public {
        ProjectId projectId = _createProject("Thief", HARDWARE, 1);
        vm.prank(owner);
        store.setDeviceContract(projectId, address(ioID));
        Device memory device = _device("device");
        Permit memory permit = _permit(device, user);
        vm.startPrank(user);
        ioID.setApprovalForAll(address(registry), true);
        (bool done, bytes memory reason) = address(registry).call(
            abi.encodeWithSignature(
                "register(address,uint256,address,bytes32,string,uint8,bytes32,bytes32)",
                address(ioID),
                1,
                device.id,
                HASH,
                URI,
                permit.v,
                permit.r,
                permit.s
            )
        );
        assertFalse(done);
        assertEq(bytes32(reason), bytes32(IIoID.IoIDOwnsItself.selector));
    }

    /// @dev The account of the next ioID is known, and may hold before it is there.
    function test_mint_intoHeldAccount_reverts() public {
        uint256 first = _register(_nft, _device("first"), user);
        (address firstWallet,) = ioID.wallet(first);
        address next = ERC6551Registry(ioID.walletRegistry())
            .account(ioID.walletImplementation(), 0, block.chainid, address(ioID), first + 1);
        vm.prank(user);
        ioID.transferFrom(user, next, first);
        ioID.setMinter(address(this));
        vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDOwnsItself.selector, first + 1, next));
        ioID.mint(ProjectId.wrap(1), stranger, firstWallet);
        vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDOwnsItself.selector, first + 1, next));
        ioID.mint(ProjectId.wrap(1), stranger, next);
    }

    function test_transfer_movesWhatTheAccountHolds() public {
        uint256 id = _register(_nft, _device("device"), user);
        (address wallet,) = ioID.wallet(id);
        vm.deal(wallet, 1 ether);
        bytes memory take = abi.encodeWithSignature("execute(address,uint256,bytes,uint8)", stranger, 1 ether, "", 0);
        vm.prank(user);
        ioID.transferFrom(user, stranger, id);
        vm.prank(user);
        (bool done,) = wallet.call(take);
        assertFalse(done);
        assertEq(_nft.ownerOf(1), wallet);
        vm.prank(stranger);
        (done,) = wallet.call(take);
        assertTrue(done);
        assertEq(stranger.balance, 1001 ether);
    }

    /// @param moves Each sends one of 6 ioIDs to one of 3 holders.
    function testFuzz_transfers_listHoldersTokens(uint8[24] calldata moves) public {
        address[3] memory holders = [user, owner, stranger];
        for (uint256 i = 0; i < 6; ++i) {
            _register(_nft, _device(string(abi.encodePacked("device", vm.toString(i)))), user);
        }
        for (uint256 i = 0; i < moves.length; ++i) {
            uint256 id = moves[i] % 6 + 1;
            address holder = ioID.ownerOf(id);
            vm.prank(holder);
            ioID.transferFrom(holder, holders[(moves[i] / 6) % 3], id);
        }
        uint256 seen = 0;
        for (uint256 h = 0; h < 3; ++h) {
            for (uint256 i = 0; i < ioID.balanceOf(holders[h]); ++i) {
                uint256 id = ioID.tokenOfOwnerByIndex(holders[h], i);
                assertEq(ioID.ownerOf(id), holders[h]);
                assertEq(seen & (1 << id), 0);
                seen |= 1 << id;
            }
            uint256 beyond = ioID.balanceOf(holders[h]);
            vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDOutOfBounds.selector, holders[h], beyond));
            ioID.tokenOfOwnerByIndex(holders[h], beyond);
        }
        assertEq(seen, 126);
        assertEq(ioID.tokenByIndex(5), 6);
        vm.expectRevert(abi.encodeWithSelector(IIoID.IoIDOutOfBounds.selector, address(0), 6));
        ioID.tokenByIndex(6);
    }
}
