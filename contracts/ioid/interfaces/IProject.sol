// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ProjectId} from "../../types/Types.sol";

/// @title IProject
/// @notice A project is an ERC-721 token: its holder owns the project. Selectors and events of the official Project.
interface IProject is IERC721 {
    /* ERRORS */

    /// @notice Thrown when `caller` mints without being the minter.
    error ProjectNotMinter(address caller);

    /// @notice Thrown when `caller` does not own `projectId`.
    error ProjectNotOwner(ProjectId projectId, address caller);

    /// @notice Thrown when `caller` neither owns `projectId` nor is an operator of its owner.
    error ProjectNotOperator(ProjectId projectId, address caller);

    /// @notice Thrown when a name is the empty string.
    error ProjectNameEmpty();

    /// @notice Thrown when another project bears `name`.
    error ProjectNameTaken(string name);

    /* EVENTS */

    /// @notice Emitted when governance names the minter.
    event SetMinter(address indexed minter);

    /// @notice Emitted when `projectId` takes a name.
    event SetName(uint256 indexed projectId, string name);

    /// @notice Emitted when the metadata `name` of `projectId` is set. `key` is keccak256 of `name`.
    event AddMetadata(uint256 indexed projectId, string name, bytes32 key, bytes value);

    /// @notice Emitted when the owner of `projectId` appoints `operator`.
    event AddOperator(uint256 indexed projectId, address operator);

    /// @notice Emitted when the owner of `projectId` dismisses `operator`.
    event RemoveOperator(uint256 indexed projectId, address operator);

    /* GOVERNANCE */

    /// @notice Names the only account that mints. Restricted.
    function setMinter(address _minter) external;

    /* MINTING */

    /// @notice Mints a hardware project without a name to `_owner`. Only the minter.
    function mint(address _owner) external returns (ProjectId projectId_);

    /// @notice Mints a hardware project named `_name` to `_owner`. Only the minter.
    function mint(address _owner, string calldata _name) external returns (ProjectId projectId_);

    /// @notice Mints a project named `_name` to `_owner`. Only the minter.
    /// @param _type 0 for hardware, whose ioIDs are prepaid; any other for virtual, whose ioIDs are paid on registration.
    function mint(address _owner, string calldata _name, uint8 _type) external returns (ProjectId);

    /* OWNER AND OPERATORS */

    /// @notice Appoints `_operator`. Only the owner.
    /// @dev Operators are the owner's, not the token's: a transfer dismisses them all.
    function addOperator(ProjectId _projectId, address _operator) external;

    /// @notice Dismisses `_operator`. Only the owner.
    function removeOperator(ProjectId _projectId, address _operator) external;

    /// @notice Renames the project, and frees its former name. Only the owner or an operator.
    function setName(ProjectId _projectId, string calldata _name) external;

    /// @notice Sets the metadata `_name` of the project. Only the owner or an operator.
    function setMetadata(ProjectId _projectId, string calldata _name, bytes calldata _value) external;

    /* VIEWS */

    /// @notice Returns the account that mints, or zero where none may.
    function minter() external view returns (address);

    /// @notice Returns how many projects were minted. Ids run from 1 to this number.
    function count() external view returns (uint256);

    /// @notice Returns the name of an existing project, empty where it has none.
    function name(ProjectId _projectId) external view returns (string memory);

    /// @notice Returns the type of an existing project: 0 for hardware, any other for virtual.
    function projectType(ProjectId _projectId) external view returns (uint8);

    /// @notice Returns the metadata `_name`, empty where it was never set.
    function metadata(ProjectId _projectId, string calldata _name) external view returns (bytes memory);

    /// @notice Returns whether `account` is an operator of the project's present owner.
    function isOperator(ProjectId projectId, address account) external view returns (bool);
}
