// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Governed} from "../governance/Governed.sol";
import {ProjectId} from "../types/Types.sol";
import {IIoIDStore} from "./interfaces/IIoIDStore.sol";
import {IProject} from "./interfaces/IProject.sol";

/// @title IoIDStore
/// @notice See {IIoIDStore}.
contract IoIDStore is IIoIDStore, Governed {
    uint8 private constant _HARDWARE = 0;
    ProjectId private constant _NO_PROJECT = ProjectId.wrap(0);

    /// @inheritdoc IIoIDStore
    address public project;

    /// @inheritdoc IIoIDStore
    address public ioIDRegistry;

    /// @inheritdoc IIoIDStore
    address public feeReceiver;

    /// @inheritdoc IIoIDStore
    uint256 public price;

    /// @inheritdoc IIoIDStore
    mapping(ProjectId projectId => address deviceContract) public projectDeviceContract;

    /// @inheritdoc IIoIDStore
    mapping(address deviceContract => ProjectId projectId) public deviceContractProject;

    /// @inheritdoc IIoIDStore
    mapping(ProjectId projectId => uint256 amount) public projectAppliedAmount;

    /// @inheritdoc IIoIDStore
    mapping(ProjectId projectId => uint256 amount) public projectActivedAmount;

    constructor(address initialAuthority) Governed(initialAuthority) {}

    /// @param _price Price of one ioID, in wei.
    function initialize(address _project, uint256 _price) external initializer {
        if (_project == address(0)) revert IoIDStoreZeroAddress();
        __Governed_init();
        project = _project;
        price = _price;
        emit Initialize(_project, _price);
    }

    /* GOVERNANCE */

    /// @inheritdoc IIoIDStore
    function changePrice(uint256 _price) external restricted {
        price = _price;
        emit ChangePrice(_price);
    }

    /// @inheritdoc IIoIDStore
    function changeFeeReceiver(address _feeReceiver) external restricted {
        if (_feeReceiver == address(0)) revert IoIDStoreZeroAddress();
        feeReceiver = _feeReceiver;
        emit ChangeFeeReceiver(_feeReceiver);
    }

    /// @inheritdoc IIoIDStore
    function setIoIDRegistry(address _ioIDRegistry) external restricted {
        if (_ioIDRegistry == address(0)) revert IoIDStoreZeroAddress();
        ioIDRegistry = _ioIDRegistry;
        emit SetIoIDRegistry(_ioIDRegistry);
    }

    /// @inheritdoc IIoIDStore
    function changeDeviceContract(ProjectId _projectId, address _contract) external restricted {
        _ownerOfProject(_projectId);
        deviceContractProject[projectDeviceContract[_projectId]] = _NO_PROJECT;
        _setDeviceContract(_projectId, _contract);
    }

    /// @inheritdoc IIoIDStore
    function withdraw(address[] calldata _recipicents, uint256[] calldata _amounts) external restricted {
        if (_recipicents.length != _amounts.length) {
            revert IoIDStoreLengthMismatch(_recipicents.length, _amounts.length);
        }
        for (uint256 i = 0; i < _recipicents.length; ++i) {
            _send(_recipicents[i], _amounts[i]);
        }
    }

    /* PROJECTS */

    /// @inheritdoc IIoIDStore
    function applyIoIDs(ProjectId _projectId, uint256 _amount) external payable {
        if (!_isHardware(_projectId)) revert IoIDStoreNotHardware(_projectId);
        uint256 fee = _amount * price;
        if (msg.value < fee) revert IoIDStoreFeeTooLow(msg.value, fee);

        projectAppliedAmount[_projectId] += _amount;
        emit ApplyIoIDs(ProjectId.unwrap(_projectId), _amount);

        _collect(fee);
        if (msg.value > fee) _send(msg.sender, msg.value - fee);
    }

    /// @inheritdoc IIoIDStore
    function setDeviceContract(ProjectId _projectId, address _contract) external {
        if (_contract == address(0)) revert IoIDStoreZeroAddress();
        if (msg.sender != _ownerOfProject(_projectId)) revert IoIDStoreNotProjectOwner(_projectId, msg.sender);
        address former = projectDeviceContract[_projectId];
        if (former != address(0)) revert IoIDStoreProjectHasContract(_projectId, former);
        _setDeviceContract(_projectId, _contract);
    }

    /// @dev The zero contract is never looked up as a device contract, so it is no one's.
    function _setDeviceContract(ProjectId projectId, address deviceContract) private {
        if (deviceContract != address(0)) {
            ProjectId holder = deviceContractProject[deviceContract];
            if (holder != _NO_PROJECT) revert IoIDStoreContractTaken(deviceContract, holder);
            deviceContractProject[deviceContract] = projectId;
        }
        projectDeviceContract[projectId] = deviceContract;
        emit SetDeviceContract(ProjectId.unwrap(projectId), deviceContract);
    }

    /* REGISTRATION */

    /// @inheritdoc IIoIDStore
    function activeIoID(ProjectId _projectId) external payable {
        if (msg.sender != ioIDRegistry) revert IoIDStoreNotRegistry(msg.sender);
        uint256 fee = activationFee(_projectId);
        if (msg.value != fee) revert IoIDStoreWrongFee(msg.value, fee);

        if (!_isHardware(_projectId)) {
            ++projectAppliedAmount[_projectId];
        } else if (projectActivedAmount[_projectId] == projectAppliedAmount[_projectId]) {
            revert IoIDStoreNoneLeft(_projectId);
        }
        ++projectActivedAmount[_projectId];
        emit ActiveIoID(ProjectId.unwrap(_projectId));

        _collect(fee);
    }

    /// @dev A fee that is refused, or whose receiver is given too little gas, stays here for `withdraw`.
    function _collect(uint256 fee) private {
        address receiver = feeReceiver;
        if (fee != 0 && receiver != address(0)) LowLevelCall.callNoReturn(receiver, fee, "");
    }

    function _send(address recipient, uint256 amount) private {
        if (!LowLevelCall.callNoReturn(recipient, amount, "")) revert IoIDStoreTransferFailed(recipient, amount);
    }

    /* VIEWS */

    /// @inheritdoc IIoIDStore
    function activationFee(ProjectId projectId) public view returns (uint256) {
        return _isHardware(projectId) ? 0 : price;
    }

    /// @dev Reverts with ERC721NonexistentToken where there is no such project.
    function _isHardware(ProjectId projectId) private view returns (bool) {
        return IProject(project).projectType(projectId) == _HARDWARE;
    }

    /// @dev Reverts with ERC721NonexistentToken where there is no such project.
    function _ownerOfProject(ProjectId projectId) private view returns (address) {
        return IProject(project).ownerOf(ProjectId.unwrap(projectId));
    }
}
