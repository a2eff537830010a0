// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId} from "../../types/Types.sol";

/// @title IW3bstreamProject
/// @notice What W3bstream knows of a project: its configuration, its attributes, and whether it is served.
/// @dev Keeps the selectors and events of the official W3bstreamProject. Who manages a project is read from the
/// project NFT at every call, so that a sale hands everything over at once.
interface IW3bstreamProject {
    /// @param uri Where the project's configuration file is.
    /// @param hash The hash of that file.
    struct ProjectConfig {
        string uri;
        bytes32 hash;
    }

    /* ERRORS */

    /// @notice Thrown when `caller` is not the binder.
    error ProjectNotBinder(address caller);

    /// @notice Thrown when `caller` is neither the owner of `projectId` nor an operator of that owner.
    error ProjectNotManager(ProjectId projectId, address caller);

    /// @notice Thrown when `projectId` is bound already.
    error ProjectAlreadyBound(ProjectId projectId);

    /// @notice Thrown when `projectId` is not bound.
    error ProjectNotBound(ProjectId projectId);

    /// @notice Thrown when `projectId` is paused already.
    error ProjectAlreadyPaused(ProjectId projectId);

    /// @notice Thrown when `projectId` is not paused.
    error ProjectNotPaused(ProjectId projectId);

    /// @notice Thrown when the numbers of keys and of values differ.
    error ProjectLengthMismatch(uint256 keys, uint256 values);

    /// @notice Thrown when an address that must be set is zero.
    error ProjectZeroAddress();

    /* EVENTS */

    /// @notice Emitted when the attribute `key` of `projectId` is set.
    event AttributeSet(uint256 indexed projectId, bytes32 indexed key, bytes value);

    /// @notice Emitted when `binder` becomes the one that may bind projects.
    event BinderSet(address indexed binder);

    /// @notice Emitted when W3bstream begins to serve `projectId`.
    event ProjectBinded(uint256 indexed projectId);

    /// @notice Emitted when the configuration of `projectId` changes.
    event ProjectConfigUpdated(uint256 indexed projectId, string uri, bytes32 hash);

    /// @notice Emitted when `projectId` is paused: no new tasks are assigned for it.
    event ProjectPaused(uint256 indexed projectId);

    /// @notice Emitted when `projectId` is served again.
    event ProjectResumed(uint256 indexed projectId);

    /* FUNCTIONS */

    /// @notice Makes `_projectId` a project that W3bstream serves. Only the binder may call.
    function bind(ProjectId _projectId) external;

    /// @notice Sets where the configuration of `_projectId` is. Only its manager may call.
    function updateConfig(ProjectId _projectId, string calldata _uri, bytes32 _hash) external;

    /// @notice Sets attributes of `_projectId`. Only its manager may call.
    /// @dev A change of {ProjectAttributes.PARAMETERS} makes the proofs of tasks assigned before it unusable: pause the
    /// project and let its tasks settle first.
    function setAttributes(ProjectId _projectId, bytes32[] calldata _keys, bytes[] calldata _values) external;

    /// @notice Stops the assignment of tasks of `_projectId`. Assigned ones still settle. Only its manager may call.
    function pause(ProjectId _projectId) external;

    /// @notice Undoes {pause}. Only the project's manager may call.
    function resume(ProjectId _projectId) external;

    /// @notice Sets who may bind projects. Restricted.
    function setBinder(address _binder) external;

    /// @notice Returns whether `account` owns `projectId` or is an ERC-721 operator of its owner.
    function isManager(ProjectId projectId, address account) external view returns (bool);

    /// @notice Returns the owner of `projectId`. Reverts where the project does not exist.
    function ownerOf(ProjectId projectId) external view returns (address);

    /// @notice Returns the attribute `_name` of `_projectId`, empty where it is not set.
    function attribute(ProjectId _projectId, bytes32 _name) external view returns (bytes memory);

    /// @notice Returns the same as {attribute}.
    function attributes(ProjectId _projectId, bytes32 _name) external view returns (bytes memory);

    /// @notice Returns the attributes `_keys` of `_projectId`, in their order.
    function attributesOf(ProjectId _projectId, bytes32[] calldata _keys) external view returns (bytes[] memory values_);

    /// @notice Returns the configuration of `_projectId`. Reverts where the project is not bound.
    function config(ProjectId _projectId) external view returns (ProjectConfig memory);

    /// @notice Returns whether W3bstream serves `_projectId`, paused or not.
    function isValidProject(ProjectId _projectId) external view returns (bool);

    /// @notice Returns whether `_projectId` is paused.
    function isPaused(ProjectId _projectId) external view returns (bool);

    /// @notice Returns how many projects are bound.
    function count() external view returns (uint256);

    /// @notice Returns who may bind projects: the registrar.
    function binder() external view returns (address);

    /// @notice Returns the project NFT.
    function project() external view returns (address);
}
