// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IIoIDStore} from "./interfaces/IIoIDStore.sol";
import {IRefunds} from "./interfaces/IRefunds.sol";
import {IUniversalFactory} from "./interfaces/IUniversalFactory.sol";
import {IVerifyingProxy} from "./interfaces/IVerifyingProxy.sol";

/// @title UniversalFactory
/// @notice See {IUniversalFactory}.
contract UniversalFactory is IUniversalFactory {
    uint8 private constant _HARDWARE = 0;

    /// @inheritdoc IUniversalFactory
    address public immutable proxyImplementation;

    address private immutable _STORE;

    constructor(address _proxyImplementation) {
        if (_proxyImplementation.code.length == 0) revert UniversalFactoryNoCode(_proxyImplementation);
        proxyImplementation = _proxyImplementation;
        _STORE = IVerifyingProxy(_proxyImplementation).ioIDStore();
    }

    /// @inheritdoc IUniversalFactory
    function create(
        uint8 _type,
        address _verifier,
        string calldata _projectName,
        string calldata _name,
        string calldata _symbol,
        uint256 _amount
    ) external payable returns (address proxy) {
        // The proxy cannot know whom to give back to: it gets no more than the price.
        uint256 fee = _type == _HARDWARE ? _amount * IIoIDStore(_STORE).price() : 0;
        if (msg.value < fee) revert IIoIDStore.IoIDStoreFeeTooLow(msg.value, fee);

        proxy = Clones.cloneDeterministic(proxyImplementation, keccak256(abi.encodePacked(msg.sender, _type, _name)));
        IVerifyingProxy(proxy).initialize{value: fee}(_type, _verifier, _projectName, _name, _symbol, _amount);
        Ownable(proxy).transferOwnership(msg.sender);
        emit CreatedProxy(proxy);

        if (msg.value > fee) IRefunds(_STORE).refund{value: msg.value - fee}(msg.sender);
    }
}
