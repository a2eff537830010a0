// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Governed} from "../governance/Governed.sol";
import {IW3bstreamDebits} from "./interfaces/IW3bstreamDebits.sol";

/// @title W3bstreamDebits
contract W3bstreamDebits is IW3bstreamDebits, Governed, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IW3bstreamDebits
    address public override operator;

    /// @inheritdoc IW3bstreamDebits
    mapping(address token => mapping(address owner => uint256 amount)) public override balanceOf;

    /// @inheritdoc IW3bstreamDebits
    mapping(address token => mapping(address owner => uint256 amount)) public override withholdingOf;

    modifier onlyOperator() {
        if (msg.sender != operator) revert DebitsNotOperator(msg.sender);
        _;
    }

    constructor(address authority_) Governed(authority_) {}

    /// @notice Called once, by the proxy's constructor.
    function initialize() external initializer {
        __Governed_init();
    }

    /* MONEY IN AND OUT */

    /// @inheritdoc IW3bstreamDebits
    /// @dev Not reentrant: a token that calls the sender could otherwise have one arrival credited twice.
    function deposit(address token, uint256 amount) external override nonReentrant {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received == 0) revert DebitsZeroAmount();
        balanceOf[token][msg.sender] += received;
        emit Deposited(token, msg.sender, received);
    }

    /// @inheritdoc IW3bstreamDebits
    function withdraw(address _token, uint256 _amount) external override nonReentrant {
        if (_amount == 0) revert DebitsZeroAmount();
        _take(_token, msg.sender, _amount);
        emit Withdrawn(_token, msg.sender, _amount);
        IERC20(_token).safeTransfer(msg.sender, _amount);
    }

    function _take(address token, address owner_, uint256 amount) private {
        uint256 balance = balanceOf[token][owner_];
        if (balance < amount) revert DebitsBalanceTooLow(token, owner_, balance, amount);
        balanceOf[token][owner_] = balance - amount;
    }

    /* OPERATOR */

    /// @inheritdoc IW3bstreamDebits
    function withhold(address token, address owner, uint256 amount) external override onlyOperator {
        _take(token, owner, amount);
        withholdingOf[token][owner] += amount;
        emit Withheld(token, owner, amount);
    }

    /// @inheritdoc IW3bstreamDebits
    function distribute(
        address token,
        address _owner,
        address[] calldata _recipients,
        uint256[] calldata _amounts
    ) external override onlyOperator {
        if (_recipients.length != _amounts.length) revert DebitsLengthMismatch(_recipients.length, _amounts.length);
        uint256 total;
        for (uint256 i; i < _recipients.length; ++i) {
            if (_recipients[i] == address(0)) revert DebitsZeroAddress();
            total += _amounts[i];
            balanceOf[token][_recipients[i]] += _amounts[i];
        }
        _free(token, _owner, total);
        emit Distributed(token, _owner, _recipients, _amounts);
    }

    function _free(address token, address owner_, uint256 amount) private {
        uint256 withholding = withholdingOf[token][owner_];
        if (withholding < amount) revert DebitsWithholdingTooLow(token, owner_, withholding, amount);
        withholdingOf[token][owner_] = withholding - amount;
    }

    /// @inheritdoc IW3bstreamDebits
    function redeem(address token, address _owner, uint256 _amount) external override onlyOperator {
        _free(token, _owner, _amount);
        balanceOf[token][_owner] += _amount;
        emit Redeemed(token, _owner, _amount);
    }

    /* GOVERNANCE */

    /// @inheritdoc IW3bstreamDebits
    function setOperator(address _operator) external override restricted {
        if (_operator == address(0)) revert DebitsZeroAddress();
        operator = _operator;
        emit OperatorSet(_operator);
    }
}
