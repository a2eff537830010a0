// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governed} from "../governance/Governed.sol";
import {ProjectId, ProverId, TaskId} from "../types/Types.sol";
import {IFleetManager} from "./interfaces/IFleetManager.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {IW3bstreamDapp} from "./interfaces/IW3bstreamDapp.sol";
import {IW3bstreamProject} from "./interfaces/IW3bstreamProject.sol";
import {IW3bstreamRouter} from "./interfaces/IW3bstreamRouter.sol";
import {IW3bstreamTaskManager} from "./interfaces/IW3bstreamTaskManager.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {ProjectAttributes} from "./libraries/ProjectAttributes.sol";
import {ReadingBatch} from "./libraries/ReadingBatch.sol";

/// @title W3bstreamRouter
contract W3bstreamRouter is IW3bstreamRouter, Governed {
    /// @inheritdoc IW3bstreamRouter
    uint256 public constant override DAPP_GAS = 2_000_000;

    /// @inheritdoc IW3bstreamRouter
    uint256 public constant override MAX_ERROR = 256;

    /// @dev What a settlement needs after the dApp: a hash stored and two events.
    uint256 private constant _SETTLE_RESERVE = 60_000;

    IW3bstreamTaskManager private immutable _TASK_MANAGER;

    /// @inheritdoc IW3bstreamRouter
    address public override fleetManagement;

    /// @inheritdoc IW3bstreamRouter
    address public override projectStore;

    /// @inheritdoc IW3bstreamRouter
    mapping(ProjectId projectId => address dapp) public override dapp;

    /// @inheritdoc IW3bstreamRouter
    mapping(ProjectId projectId => address verifier) public override verifier;

    /// @dev Hash of the signals that the dApp still has to get, zero where there are none.
    mapping(ProjectId projectId => mapping(TaskId taskId => bytes32 signalsHash)) private _undelivered;

    constructor(address authority_, address taskManager_) Governed(authority_) {
        _TASK_MANAGER = IW3bstreamTaskManager(taskManager_);
    }

    /// @notice Sets the fleet manager and the project store. Called once, by the proxy's constructor.
    function initialize(address _fleetManagement, address _projectStore) external initializer {
        __Governed_init();
        fleetManagement = _fleetManagement;
        projectStore = _projectStore;
    }

    /* SETTLEMENT */

    /// @inheritdoc IW3bstreamRouter
    function settle(ProjectId projectId, TaskId taskId, bytes calldata proof, uint256[] calldata signals)
        external
        override
    {
        _settle(projectId, taskId, proof, signals);
    }

    /// @inheritdoc IW3bstreamRouter
    function route(ProjectId _projectId, uint256, string calldata, bytes calldata _data) external override {
        (TaskId taskId, bytes memory proof, uint256[] memory signals) =
            abi.decode(_data, (TaskId, bytes, uint256[]));
        _settle(_projectId, taskId, proof, signals);
    }

    /// @dev Everything is checked, then settled, and only then is the dApp called: by a call back it finds its task
    /// settled. The verifier is asked by a static call.
    function _settle(ProjectId projectId, TaskId taskId, bytes memory proof, uint256[] memory signals) private {
        address prover = _checkBoundSignals(projectId, taskId, signals);
        address verifier_ = verifier[projectId];
        if (verifier_ == address(0)) revert RouterNoVerifier(projectId);
        if (!IVerifier(verifier_).verify(proof, signals)) revert RouterProofInvalid();

        _TASK_MANAGER.settleProven(projectId, taskId, prover);
        _deliver(projectId, taskId, prover, signals);
    }

    /// @dev Returns the prover that the task is assigned to, whom the proof names.
    function _checkBoundSignals(ProjectId projectId, TaskId taskId, uint256[] memory signals)
        private
        view
        returns (address)
    {
        if (signals.length < ReadingBatch.BOUND) revert RouterSignalsTooShort(signals.length);
        if (signals[ReadingBatch.CHAIN_ID] != block.chainid) revert RouterWrongChain(signals[ReadingBatch.CHAIN_ID]);
        if (signals[ReadingBatch.ROUTER] != uint160(address(this))) {
            revert RouterWrongRouter(signals[ReadingBatch.ROUTER]);
        }
        if (signals[ReadingBatch.PROJECT_ID] != ProjectId.unwrap(projectId)) {
            revert RouterWrongProject(signals[ReadingBatch.PROJECT_ID]);
        }
        if (signals[ReadingBatch.TASK_ID] != uint256(TaskId.unwrap(taskId))) {
            revert RouterWrongTask(signals[ReadingBatch.TASK_ID]);
        }
        (bytes32 root,,, address prover,,,, bool settled) = _TASK_MANAGER.records(projectId, taskId);
        if (settled) revert IW3bstreamTaskManager.TaskManagerAlreadySettled(projectId, taskId);
        if (prover == address(0)) revert IW3bstreamTaskManager.TaskManagerNotAssigned(projectId, taskId);
        if (signals[ReadingBatch.PROVER] != uint160(prover)) revert RouterWrongProver(signals[ReadingBatch.PROVER]);
        if (signals[ReadingBatch.ROOT] != uint256(root)) revert RouterWrongRoot(signals[ReadingBatch.ROOT]);
        _checkParameters(projectId, signals[ReadingBatch.PARAMETERS]);
        return prover;
    }

    function _checkParameters(ProjectId projectId, uint256 signal) private view {
        (bool isSet, bytes32 parameters) = ProjectAttributes.word(
            IW3bstreamProject(projectStore).attribute(projectId, ProjectAttributes.PARAMETERS)
        );
        if (!isSet || signal != uint256(parameters)) revert RouterWrongParameters(signal, parameters);
    }

    /* DELIVERY */

    function _deliver(ProjectId projectId, TaskId taskId, address prover, uint256[] memory signals) private {
        address dapp_ = dapp[projectId];
        bool success;
        if (dapp_ != address(0)) {
            uint256 needed = BoundedCall.gasNeeded(DAPP_GAS, _SETTLE_RESERVE);
            bytes memory call = abi.encodeCall(IW3bstreamDapp.process, (projectId, taskId, prover, signals));
            if (gasleft() < needed) revert RouterGasTooLow(gasleft(), needed);
            bytes memory returned;
            (success, returned) = BoundedCall.tryCall(dapp_, DAPP_GAS, call, MAX_ERROR);
            emit DataProcessed(
                ProjectId.unwrap(projectId), _proverId(prover), msg.sender, success, success ? bytes("") : returned
            );
        }
        if (!success) {
            _undelivered[projectId][taskId] = keccak256(abi.encodePacked(signals));
            emit DeliveryFailed(projectId, taskId);
        }
    }

    function _proverId(address prover) private view returns (uint256) {
        return ProverId.unwrap(IFleetManager(fleetManagement).proverIdOf(prover));
    }

    /// @inheritdoc IW3bstreamRouter
    function redeliver(ProjectId projectId, TaskId taskId, uint256[] calldata signals) external override {
        bytes32 expected = _undelivered[projectId][taskId];
        if (expected == 0 || expected != keccak256(abi.encodePacked(signals))) {
            revert RouterNothingToRedeliver(projectId, taskId);
        }
        if (dapp[projectId] == address(0)) revert RouterNoDapp(projectId);
        // Cleared first: a dApp that calls back finds nothing to redeliver.
        delete _undelivered[projectId][taskId];
        _deliver(projectId, taskId, address(uint160(signals[ReadingBatch.PROVER])), signals);
    }

    /* BINDING */

    /// @inheritdoc IW3bstreamRouter
    function bindDapp(ProjectId _projectId, address _dapp) external override {
        _requireManager(_projectId);
        if (_dapp.code.length == 0) revert RouterNotContract(_dapp);
        dapp[_projectId] = _dapp;
        emit DappBound(ProjectId.unwrap(_projectId), msg.sender, _dapp);
    }

    function _requireManager(ProjectId projectId) private view {
        if (!IW3bstreamProject(projectStore).isManager(projectId, msg.sender)) {
            revert RouterNotProjectOwner(projectId, msg.sender);
        }
    }

    /// @inheritdoc IW3bstreamRouter
    function unbindDapp(ProjectId _projectId) external override {
        _requireManager(_projectId);
        delete dapp[_projectId];
        emit DappUnbound(ProjectId.unwrap(_projectId), msg.sender);
    }

    /// @inheritdoc IW3bstreamRouter
    function bindVerifier(ProjectId projectId, address verifier_) external override {
        _requireManager(projectId);
        if (verifier_ != address(0) && verifier_.code.length == 0) revert RouterNotContract(verifier_);
        verifier[projectId] = verifier_;
        emit VerifierBound(projectId, verifier_);
    }

    /* VIEWS */

    /// @inheritdoc IW3bstreamRouter
    function isUndelivered(ProjectId projectId, TaskId taskId) external view override returns (bool) {
        return _undelivered[projectId][taskId] != 0;
    }

    /// @inheritdoc IW3bstreamRouter
    function taskManager() external view override returns (address) {
        return address(_TASK_MANAGER);
    }
}
