// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId, TaskId} from "../../types/Types.sol";

/// @title IW3bstreamRouter
/// @notice Verifies a task's proof, settles the task, then hands the proven values to the project's dApp.
/// @dev The first public signals of every circuit are, in this order (packages/protocol/src/batch.ts):
/// chain id, this router, project id, task id, prover, root of the batch, parameters' commitment. Each is compared with
/// what this chain knows, so that a proof can be neither replayed nor stolen. A task settles and pays at most once (I3).
///
/// A verifier and a dApp are trusted by their own project only. A verifier that lies settles its own project's tasks,
/// paid by its own project's payers; a dApp that reverts, burns its gas, returns a bomb or calls back changes nothing
/// but its own delivery, which is kept for {redeliver}.
interface IW3bstreamRouter {
    /* ERRORS */

    /// @notice Thrown when there are fewer signals than the bound ones.
    error RouterSignalsTooShort(uint256 length);

    /// @notice Thrown when the proof is for another chain.
    error RouterWrongChain(uint256 signal);

    /// @notice Thrown when the proof is for another router.
    error RouterWrongRouter(uint256 signal);

    /// @notice Thrown when the proof is for another project.
    error RouterWrongProject(uint256 signal);

    /// @notice Thrown when the proof is for another task.
    error RouterWrongTask(uint256 signal);

    /// @notice Thrown when the proof is another prover's than the one that the task is assigned to.
    error RouterWrongProver(uint256 signal);

    /// @notice Thrown when the proof is for another input than the one that the task was assigned with.
    error RouterWrongRoot(uint256 signal);

    /// @notice Thrown when the proof is for other circuit parameters than the project's, or it has none (zero).
    error RouterWrongParameters(uint256 signal, bytes32 parameters);

    /// @notice Thrown when the verifier refuses the proof.
    error RouterProofInvalid();

    /// @notice Thrown when `projectId` has no verifier.
    error RouterNoVerifier(ProjectId projectId);

    /// @notice Thrown when `caller` neither owns `projectId` nor is an operator of its owner.
    error RouterNotProjectOwner(ProjectId projectId, address caller);

    /// @notice Thrown when a dApp or a verifier is bound where there is no contract.
    error RouterNotContract(address account);

    /// @notice Thrown when too little gas is left to give the dApp all that it may use.
    error RouterGasTooLow(uint256 gasLeft, uint256 needed);

    /// @notice Thrown when no delivery with these signals is outstanding.
    error RouterNothingToRedeliver(ProjectId projectId, TaskId taskId);

    /// @notice Thrown when a delivery is repeated for a project without a dApp.
    error RouterNoDapp(ProjectId projectId);

    /* EVENTS */

    /// @notice Emitted when `dapp` becomes the dApp of `projectId`.
    event DappBound(uint256 indexed projectId, address indexed operator, address dapp);

    /// @notice Emitted when `projectId` has no dApp any more.
    event DappUnbound(uint256 indexed projectId, address indexed operator);

    /// @notice Emitted when `verifier` becomes the verifier of `projectId`, or none does (zero).
    event VerifierBound(ProjectId indexed projectId, address indexed verifier);

    /// @notice Emitted when the dApp has been called for a settled task, whether it succeeded or not.
    /// @param router The prover's id: the official event names it so.
    /// @param operator Who sent the proof.
    /// @param error The first {MAX_ERROR} bytes of what the dApp reverted with.
    event DataProcessed(
        uint256 indexed projectId, uint256 indexed router, address indexed operator, bool success, bytes error
    );

    /// @notice Emitted when the results of a settled task did not reach a dApp and wait for {redeliver}.
    event DeliveryFailed(ProjectId indexed projectId, TaskId indexed taskId);

    /* FUNCTIONS */

    /// @notice Settles the task named by `signals`. Anyone may call: the proof names its prover.
    function settle(ProjectId projectId, TaskId taskId, bytes calldata proof, uint256[] calldata signals) external;

    /// @notice The official entry. `_data` is abi.encode(taskId, proof, signals); `_proverId` and `_clientId` are ignored
    /// because the proof names its prover.
    function route(ProjectId _projectId, uint256 _proverId, string calldata _clientId, bytes calldata _data) external;

    /// @notice Calls the dApp again for a settled task whose delivery failed. Anyone may call.
    function redeliver(ProjectId projectId, TaskId taskId, uint256[] calldata signals) external;

    /// @notice Makes `_dapp` the dApp of `_projectId`. Only the project's manager may call.
    function bindDapp(ProjectId _projectId, address _dapp) external;

    /// @notice Leaves `_projectId` without a dApp: its tasks settle, and their results wait. Only its manager may call.
    function unbindDapp(ProjectId _projectId) external;

    /// @notice Makes `verifier` the verifier of `projectId`, or none (zero). Only the project's manager may call.
    /// @dev A change makes the proofs of tasks assigned before it unusable: pause the project and let them settle first.
    function bindVerifier(ProjectId projectId, address verifier) external;

    /// @notice Returns the dApp of `projectId`, or zero.
    function dapp(ProjectId projectId) external view returns (address);

    /// @notice Returns the verifier of `projectId`, or zero.
    function verifier(ProjectId projectId) external view returns (address);

    /// @notice Returns whether the results of a task wait for {redeliver}.
    function isUndelivered(ProjectId projectId, TaskId taskId) external view returns (bool);

    /// @notice Returns the {IFleetManager}.
    function fleetManagement() external view returns (address);

    /// @notice Returns the {IW3bstreamProject}.
    function projectStore() external view returns (address);

    /// @notice Returns the {IW3bstreamTaskManager}.
    function taskManager() external view returns (address);

    /// @notice Returns how much gas a dApp gets.
    function DAPP_GAS() external view returns (uint256);

    /// @notice Returns how many bytes of a dApp's error are kept.
    function MAX_ERROR() external view returns (uint256);
}
