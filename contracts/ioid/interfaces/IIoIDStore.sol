// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId} from "../../types/Types.sol";

/// @title IIoIDStore
/// @notice Sells ioIDs to projects and counts those in use. Selectors and events of the official ioIDStore; what they cost
/// is in {IIoIDPrice}.
/// @dev For every project, activated ≤ applied. Activations are never taken back: the sum over all projects equals the
/// devices that are registered plus those that were removed.
interface IIoIDStore {
    /* ERRORS */

    /// @notice Thrown when an address that must be set is zero.
    error IoIDStoreZeroAddress();

    /// @notice Thrown when `caller` does not own `projectId`.
    error IoIDStoreNotProjectOwner(ProjectId projectId, address caller);

    /// @notice Thrown when `caller` activates an ioID without being the registry.
    error IoIDStoreNotRegistry(address caller);

    /// @notice Thrown when ioIDs are applied for by a virtual project, which pays on registration instead.
    error IoIDStoreNotHardware(ProjectId projectId);

    /// @notice Thrown when less than the price is sent.
    error IoIDStoreFeeTooLow(uint256 sent, uint256 fee);

    /// @notice Thrown when a hardware project has activated all the ioIDs that it applied for.
    error IoIDStoreNoneLeft(ProjectId projectId);

    /// @notice Thrown when `projectId` has a device contract already: only governance changes it.
    error IoIDStoreProjectHasContract(ProjectId projectId, address deviceContract);

    /// @notice Thrown when `deviceContract` belongs to `projectId` already.
    error IoIDStoreContractTaken(address deviceContract, ProjectId projectId);

    /// @notice Thrown when `deviceContract` belongs to no project.
    error IoIDStoreUnknownContract(address deviceContract);

    /// @notice Thrown when `recipients` and `amounts` differ in length.
    error IoIDStoreLengthMismatch(uint256 recipients, uint256 amounts);

    /// @notice Thrown when `recipient` refuses `amount`.
    error IoIDStoreTransferFailed(address recipient, uint256 amount);

    /// @notice Thrown when more is withdrawn than is `held` for the DAO.
    error IoIDStoreHoldsTooLittle(uint256 amount, uint256 held);

    /* EVENTS */

    event Initialize(address indexed project, uint256 price);

    /// @notice Emitted when an epoch begins with another price than the one before had, in wei.
    event ChangePrice(uint256 price);

    event ChangeFeeReceiver(address indexed feeReceiver);
    event SetIoIDRegistry(address indexed ioIDRegistry);

    /// @notice Emitted when `projectId` has paid for `amount` more ioIDs.
    event ApplyIoIDs(uint256 indexed projectId, uint256 amount);

    /// @notice Emitted when a device of `projectId` takes an ioID into use.
    event ActiveIoID(uint256 indexed projectId);

    /// @notice Emitted when the devices of `projectId` become the tokens of `deviceContract`; zero for none.
    event SetDeviceContract(uint256 indexed projectId, address indexed deviceContract);

    /* GOVERNANCE */

    /// @notice Makes the price of one ioID `_price`, in wei, whatever the number of devices, from the next epoch on.
    /// Restricted.
    function changePrice(uint256 _price) external;

    /// @notice Sets where the DAO's share goes as it comes in. Restricted.
    function changeFeeReceiver(address _feeReceiver) external;

    /// @notice Sets the only account that activates ioIDs. Restricted.
    function setIoIDRegistry(address _ioIDRegistry) external;

    /// @notice Gives `_projectId` another device contract, or none where `_contract` is zero. Restricted.
    /// @dev Frees the former contract. Devices registered with it stay with the project.
    function changeDeviceContract(ProjectId _projectId, address _contract) external;

    /// @notice Pays what is held for the DAO to `_recipicents`, in wei. Restricted. Refunds are out of its reach.
    function withdraw(address[] calldata _recipicents, uint256[] calldata _amounts) external;

    /* PROJECTS */

    /// @notice Buys `_amount` ioIDs for a hardware project. Anyone may pay; what is sent above `_amount * price` goes back.
    function applyIoIDs(ProjectId _projectId, uint256 _amount) external payable;

    /// @notice Makes the tokens of `_contract` the devices of `_projectId`, once. Only the project's owner.
    /// @dev First come, first served: the caller need not own `_contract`. Governance undoes a wrong claim.
    function setDeviceContract(ProjectId _projectId, address _contract) external;

    /* REGISTRATION */

    /// @notice Takes one ioID of `_projectId` into use. Only the registry.
    function activeIoID(ProjectId _projectId) external payable;

    /// @notice Takes `amount` ioIDs into use for devices that are tokens of `deviceContract`, and returns their project.
    /// What is sent above the fee goes back to `payer`. Only the registry.
    function activate(address deviceContract, uint256 amount, address payer) external payable returns (ProjectId);

    /* VIEWS */

    /// @notice Returns the price of one ioID in this epoch, in wei.
    function price() external view returns (uint256);

    /// @notice Returns what registering one device costs now, in wei: nothing in a hardware project.
    function activationFee(ProjectId projectId) external view returns (uint256);

    function project() external view returns (address);
    function ioIDRegistry() external view returns (address);

    /// @notice Returns where the DAO's share goes, or zero where it is held here.
    function feeReceiver() external view returns (address);

    /// @notice Returns the project whose devices are the tokens of `deviceContract`, or zero.
    function deviceContractProject(address deviceContract) external view returns (ProjectId);
    function projectDeviceContract(ProjectId projectId) external view returns (address);

    /// @notice Returns how many ioIDs the project has paid for.
    function projectAppliedAmount(ProjectId projectId) external view returns (uint256);

    /// @notice Returns how many ioIDs the project has taken into use. The spelling is the official one.
    function projectActivedAmount(ProjectId projectId) external view returns (uint256);
}
