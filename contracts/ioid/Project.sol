// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IProject} from "./interfaces/IProject.sol";

/// @title Project
/// @notice See {IProject}.
contract Project is IProject, ERC721Upgradeable, Governed {
    uint8 private constant _HARDWARE = 0;

    /// @inheritdoc IProject
    address public minter;

    /// @inheritdoc IProject
    uint256 public count;

    mapping(bytes32 nameHash => bool taken) private _taken;
    mapping(ProjectId projectId => string name) private _names;

    mapping(ProjectId projectId => uint8 projectType) private _types;
    mapping(ProjectId projectId => mapping(bytes32 key => bytes value)) private _metadata;
    mapping(ProjectId projectId => mapping(address owner => mapping(address operator => bool appointed))) private
        _operators;

    constructor(address initialAuthority) Governed(initialAuthority) {}

    /// @notice Names the token. No one mints until governance has named the minter.
    function initialize(string calldata _name, string calldata _symbol) external initializer {
        __Governed_init();
        __ERC721_init(_name, _symbol);
    }

    /* GOVERNANCE */

    /// @inheritdoc IProject
    function setMinter(address _minter) external restricted {
        minter = _minter;
        emit SetMinter(_minter);
    }

    /* MINTING */

    /// @inheritdoc IProject
    function mint(address _owner) external returns (ProjectId) {
        return _mintProject(_owner, _HARDWARE);
    }

    /// @inheritdoc IProject
    function mint(address _owner, string calldata _name) external returns (ProjectId) {
        return _mintNamed(_owner, _name, _HARDWARE);
    }

    /// @inheritdoc IProject
    function mint(address _owner, string calldata _name, uint8 _type) external returns (ProjectId) {
        return _mintNamed(_owner, _name, _type);
    }

    function _mintNamed(address to, string calldata name_, uint8 type_) private returns (ProjectId projectId) {
        projectId = _mintProject(to, type_);
        _setName(projectId, name_);
    }

    function _mintProject(address to, uint8 type_) private returns (ProjectId projectId) {
        if (msg.sender != minter) revert ProjectNotMinter(msg.sender);
        projectId = ProjectId.wrap(++count);
        _types[projectId] = type_;
        _mint(to, ProjectId.unwrap(projectId));
    }

    /* OWNER AND OPERATORS */

    /// @inheritdoc IProject
    function addOperator(ProjectId _projectId, address _operator) external {
        _setOperator(_projectId, _operator, true);
        emit AddOperator(ProjectId.unwrap(_projectId), _operator);
    }

    /// @inheritdoc IProject
    function removeOperator(ProjectId _projectId, address _operator) external {
        _setOperator(_projectId, _operator, false);
        emit RemoveOperator(ProjectId.unwrap(_projectId), _operator);
    }

    function _setOperator(ProjectId projectId, address operator, bool appointed) private {
        if (msg.sender != _ownerOfProject(projectId)) revert ProjectNotOwner(projectId, msg.sender);
        _operators[projectId][msg.sender][operator] = appointed;
    }

    /// @inheritdoc IProject
    function setName(ProjectId _projectId, string calldata _name) external {
        _checkOperator(_projectId);
        delete _taken[keccak256(bytes(_names[_projectId]))];
        _setName(_projectId, _name);
    }

    function _setName(ProjectId projectId, string calldata name_) private {
        if (bytes(name_).length == 0) revert ProjectNameEmpty();
        bytes32 nameHash = keccak256(bytes(name_));
        if (_taken[nameHash]) revert ProjectNameTaken(name_);
        _taken[nameHash] = true;
        _names[projectId] = name_;
        emit SetName(ProjectId.unwrap(projectId), name_);
    }

    /// @inheritdoc IProject
    function setMetadata(ProjectId _projectId, string calldata _name, bytes calldata _value) external {
        _checkOperator(_projectId);
        bytes32 key = keccak256(bytes(_name));
        _metadata[_projectId][key] = _value;
        emit AddMetadata(ProjectId.unwrap(_projectId), _name, key, _value);
    }

    function _checkOperator(ProjectId projectId) private view {
        if (msg.sender == _ownerOfProject(projectId) || isOperator(projectId, msg.sender)) return;
        revert ProjectNotOperator(projectId, msg.sender);
    }

    /* VIEWS */

    /// @inheritdoc IProject
    function name(ProjectId _projectId) external view returns (string memory) {
        _ownerOfProject(_projectId);
        return _names[_projectId];
    }

    /// @inheritdoc IProject
    function projectType(ProjectId _projectId) external view returns (uint8) {
        _ownerOfProject(_projectId);
        return _types[_projectId];
    }

    /// @inheritdoc IProject
    function metadata(ProjectId _projectId, string calldata _name) external view returns (bytes memory) {
        return _metadata[_projectId][keccak256(bytes(_name))];
    }

    /// @inheritdoc IProject
    function isOperator(ProjectId projectId, address account) public view returns (bool) {
        return _operators[projectId][_ownerOfProject(projectId)][account];
    }

    /// @dev Reverts with ERC721NonexistentToken where there is no such project.
    function _ownerOfProject(ProjectId projectId) private view returns (address) {
        return ownerOf(ProjectId.unwrap(projectId));
    }
}
