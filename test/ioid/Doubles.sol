// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice Takes wei, or refuses it, or calls back once when it comes.
contract Receiver {
    bool public reentered;
    bool private _refuses;
    address private _target;
    uint256 private _value;
    bytes private _data;

    function refuse(bool refuses) external {
        _refuses = refuses;
    }

    function reenter(address target, uint256 value, bytes calldata data) external {
        (_target, _value, _data) = (target, value, data);
    }

    receive() external payable {
        require(!_refuses);
        if (_target == address(0)) return;
        (address target, uint256 value) = (_target, _value);
        _target = address(0);
        (reentered,) = target.call{value: value}(_data);
    }
}

/// @notice A device NFT that moves without asking, and only when it likes, and calls back while it moves.
contract LyingNFT is ERC721("Liar", "LIE") {
    enum Lie {
        None,
        StaysPut,
        CallsBack
    }

    Lie private _lie;
    address private _target;
    bytes private _data;
    bytes public answer;

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }

    function stayPut() external {
        _lie = Lie.StaysPut;
    }

    function callBack(address target, bytes calldata data) external {
        (_lie, _target, _data) = (Lie.CallsBack, target, data);
    }

    /// @dev Asks for no approval: whoever holds the token.
    function transferFrom(address from, address to, uint256 tokenId) public override {
        if (_lie == Lie.StaysPut) return;
        if (_lie == Lie.CallsBack) (, answer) = _target.call(_data);
        _transfer(from, to, tokenId);
    }
}
