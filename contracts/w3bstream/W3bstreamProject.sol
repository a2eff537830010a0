// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IProjectToken} from "./interfaces/IIdentity.sol";
import {IW3bstreamProject} from "./interfaces/IW3bstreamProject.sol";

/// @title W3bstreamProject
contract W3bstreamProject is IW3bstreamProject, Governed {
    /// @inheritdoc IW3bstreamProject
    address public override project;

    /// @inheritdoc IW3bstreamProject
    address public override binder;

    /// @inheritdoc IW3bstreamProject
    uint256 public override count;

    /// @inheritdoc IW3bstreamProject
    mapping(ProjectId projectId => bool bound) public override isValidProject;

    /// @inheritdoc IW3bstreamProject
    mapping(ProjectId projectId => bool paused) public override isPaused;

    mapping(ProjectId projectId => ProjectConfig config) private _configs;
    mapping(ProjectId projectId => mapping(bytes32 key => bytes value)) private _attributes;

    constructor(address authority_) Governed(authority_) {}

    /// @notice Sets the project NFT. Called once, by the proxy's constructor.
    function initialize(address _project) external initializer {
        __Governed_init();
        if (_project == address(0)) revert ProjectZeroAddress();
        project = _project;
    }

    /* BINDING */

    /// @inheritdoc IW3bstreamProject
    function setBinder(address _binder) external override restricted {
        if (_binder == address(0)) revert ProjectZeroAddress();
        binder = _binder;
        emit BinderSet(_binder);
    }

    /// @inheritdoc IW3bstreamProject
    function bind(ProjectId _projectId) external override {
        if (msg.sender != binder) revert ProjectNotBinder(msg.sender);
        if (isValidProject[_projectId]) revert ProjectAlreadyBound(_projectId);
        isValidProject[_projectId] = true;
        ++count;
        emit ProjectBinded(ProjectId.unwrap(_projectId));
    }

    /* MANAGEMENT */

    /// @inheritdoc IW3bstreamProject
    function updateConfig(ProjectId _projectId, string calldata _uri, bytes32 _hash) external override {
        _requireManager(_projectId);
        _configs[_projectId] = ProjectConfig(_uri, _hash);
        emit ProjectConfigUpdated(ProjectId.unwrap(_projectId), _uri, _hash);
    }

    function _requireManager(ProjectId projectId) private view {
        if (!isValidProject[projectId]) revert ProjectNotBound(projectId);
        if (!isManager(projectId, msg.sender)) revert ProjectNotManager(projectId, msg.sender);
    }

    /// @inheritdoc IW3bstreamProject
    function setAttributes(ProjectId _projectId, bytes32[] calldata _keys, bytes[] calldata _values)
        external
        override
    {
        _requireManager(_projectId);
        if (_keys.length != _values.length) revert ProjectLengthMismatch(_keys.length, _values.length);
        for (uint256 i; i < _keys.length; ++i) {
            _attributes[_projectId][_keys[i]] = _values[i];
            emit AttributeSet(ProjectId.unwrap(_projectId), _keys[i], _values[i]);
        }
    }

    /// @inheritdoc IW3bstreamProject
    function pause(ProjectId _projectId) external override {
        _requireManager(_projectId);
        if (isPaused[_projectId]) revert ProjectAlreadyPaused(_projectId);
        isPaused[_projectId] = true;
        emit ProjectPaused(ProjectId.unwrap(_projectId));
    }

    /// @inheritdoc IW3bstreamProject
    function resume(ProjectId _projectId) external override {
        _requireManager(_projectId);
        if (!isPaused[_projectId]) revert ProjectNotPaused(_projectId);
        isPaused[_projectId] = false;
        emit ProjectResumed(ProjectId.unwrap(_projectId));
    }

    /* VIEWS */

    /// @inheritdoc IW3bstreamProject
    function isManager(ProjectId projectId, address account) public view override returns (bool) {
        address owner_ = ownerOf(projectId);
        return account == owner_ || IProjectToken(project).isApprovedForAll(owner_, account);
    }

    /// @inheritdoc IW3bstreamProject
    function ownerOf(ProjectId projectId) public view override returns (address) {
        return IProjectToken(project).ownerOf(ProjectId.unwrap(projectId));
    }

    /// @inheritdoc IW3bstreamProject
    function attribute(ProjectId _projectId, bytes32 _name) external view override returns (bytes memory) {
        return _attributes[_projectId][_name];
    }

    /// @inheritdoc IW3bstreamProject
    function attributes(ProjectId _projectId, bytes32 _name) external view override returns (bytes memory) {
        return _attributes[_projectId][_name];
    }

    /// @inheritdoc IW3bstreamProject
    function attributesOf(ProjectId _projectId, bytes32[] calldata _keys)
        external
        view
        override
        returns (bytes[] memory values_)
    {
        values_ = new bytes[](_keys.length);
        for (uint256 i; i < _keys.length; ++i) values_[i] = _attributes[_projectId][_keys[i]];
    }

    /// @inheritdoc IW3bstreamProject
    function config(ProjectId _projectId) external view override returns (ProjectConfig memory) {
        if (!isValidProject[_projectId]) revert ProjectNotBound(_projectId);
        return _configs[_projectId];
    }
}
