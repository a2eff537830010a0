// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDevicePermits} from "../../contracts/ioid/interfaces/IDevicePermits.sol";
import {DeviceNFT} from "../../contracts/ioid/DeviceNFT.sol";
import {IoIDFixture} from "./IoIDFixture.sol";

/// @notice Signs device permits as a device's firmware does: the type is written out once more, from the interface.
abstract contract Permits is IoIDFixture {
    bytes32 internal constant PERMIT_TYPE = keccak256(
        "DevicePermit(uint8 action,address device,address owner,bytes32 hash,string uri,address deviceContract,uint256 tokenId,bytes32 circuitKey,uint256 nonce,uint256 deadline)"
    );

    /// @dev What is signed, before the nonce and the domain are added.
    struct Content {
        uint8 action;
        address owner;
        bytes32 hash;
        string uri;
        address deviceContract;
        uint256 tokenId;
        bytes32 circuitKey;
        uint256 deadline;
    }

    function _digest(address device, Content memory content) internal view returns (bytes32) {
        bytes memory head = abi.encode(
            PERMIT_TYPE,
            content.action,
            device,
            content.owner,
            content.hash,
            keccak256(bytes(content.uri)),
            content.deviceContract,
            content.tokenId
        );
        bytes memory tail = abi.encode(content.circuitKey, registry.nonces(device), content.deadline);
        return
            keccak256(abi.encodePacked(hex"1901", registry.DOMAIN_SEPARATOR(), keccak256(bytes.concat(head, tail))));
    }

    function _sign(Device memory device, Content memory content)
        internal
        view
        returns (IDevicePermits.DevicePermit memory permit)
    {
        permit.deadline = content.deadline;
        permit.signature = _signBytes(device.key, _digest(device.id, content));
    }

    function _signBytes(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _registerContent(DeviceNFT nft, uint256 tokenId, address to) internal view returns (Content memory) {
        return Content({
            action: 0,
            owner: to,
            hash: HASH,
            uri: URI,
            deviceContract: address(nft),
            tokenId: tokenId,
            circuitKey: 0,
            deadline: block.timestamp
        });
    }

    function _holderContent(IDevicePermits.Action action, address holder) internal view returns (Content memory c) {
        c.action = uint8(action);
        c.owner = holder;
        c.deadline = block.timestamp;
    }

    /// @dev A registration that the device has signed for `to`.
    function _registration(DeviceNFT nft, uint256 tokenId, Device memory device, address to)
        internal
        view
        returns (IDevicePermits.Registration memory registration)
    {
        registration.deviceContract = address(nft);
        registration.tokenId = tokenId;
        registration.device = device.id;
        registration.owner = to;
        registration.hash = HASH;
        registration.uri = URI;
        registration.permit = _sign(device, _registerContent(nft, tokenId, to));
    }
}
