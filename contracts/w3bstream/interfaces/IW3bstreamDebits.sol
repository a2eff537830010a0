// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IW3bstreamDebits
/// @notice Holds what payers deposit for tasks, token by token, and what provers and sequencers have earned.
/// @dev Keeps the selectors and events of the official W3bstreamDebits. For each token, what came in equals the free
/// balances plus the withheld ones plus what was withdrawn (I1). Only {deposit} and {withdraw} call a token, so that a
/// token which reverts blocks neither a settlement nor a recall. A token whose balances shrink by themselves is not
/// supported: its last withdrawers would find less than they are owed.
interface IW3bstreamDebits {
    /* ERRORS */

    /// @notice Thrown when `caller` is not the operator.
    error DebitsNotOperator(address caller);

    /// @notice Thrown when the free balance of `owner` is below `amount`.
    error DebitsBalanceTooLow(address token, address owner, uint256 balance, uint256 amount);

    /// @notice Thrown when less than `amount` is withheld from `owner`.
    error DebitsWithholdingTooLow(address token, address owner, uint256 withholding, uint256 amount);

    /// @notice Thrown when the numbers of recipients and of amounts differ.
    error DebitsLengthMismatch(uint256 recipients, uint256 amounts);

    /// @notice Thrown when nothing arrived, or nothing is asked for.
    error DebitsZeroAmount();

    /// @notice Thrown when an address that must be set is zero.
    error DebitsZeroAddress();

    /* EVENTS */

    /// @notice Emitted when `owner` deposits. `amount` is what arrived.
    event Deposited(address indexed token, address indexed owner, uint256 amount);

    /// @notice Emitted when what was withheld from `owner` is credited to `recipients`.
    event Distributed(address indexed token, address indexed owner, address[] recipients, uint256[] amounts);

    /// @notice Emitted when `operator` becomes the one that withholds, distributes and redeems.
    event OperatorSet(address indexed operator);

    /// @notice Emitted when what was withheld from `owner` is free again.
    event Redeemed(address indexed token, address indexed owner, uint256 amount);

    /// @notice Emitted when `owner` takes out `amount`.
    event Withdrawn(address indexed token, address indexed owner, uint256 amount);

    /// @notice Emitted when `amount` of the free balance of `owner` is withheld.
    event Withheld(address indexed token, address indexed owner, uint256 amount);

    /* FUNCTIONS */

    /// @notice Takes `amount` of `token` from the caller and credits what arrives.
    function deposit(address token, uint256 amount) external;

    /// @notice Pays `_amount` of the caller's free balance out to it. Cannot be paused.
    function withdraw(address _token, uint256 _amount) external;

    /// @notice Moves `amount` of the free balance of `owner` to its withheld one. Only the operator may call.
    function withhold(address token, address owner, uint256 amount) external;

    /// @notice Credits what was withheld from `_owner` to the free balances of `_recipients`. Only the operator may call.
    function distribute(
        address token,
        address _owner,
        address[] calldata _recipients,
        uint256[] calldata _amounts
    ) external;

    /// @notice Moves `_amount` of what was withheld from `_owner` back to its free balance. Only the operator may call.
    function redeem(address token, address _owner, uint256 _amount) external;

    /// @notice Sets who withholds, distributes and redeems: the task manager. Restricted.
    function setOperator(address _operator) external;

    /// @notice Returns what `owner` could withdraw of `token` now.
    function balanceOf(address token, address owner) external view returns (uint256);

    /// @notice Returns what is withheld from `owner` for its unsettled tasks.
    function withholdingOf(address token, address owner) external view returns (uint256);

    /// @notice Returns who withholds, distributes and redeems.
    function operator() external view returns (address);
}
