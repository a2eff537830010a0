// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev Ids that cross modules. A value type changes no selector and cannot be mistaken for another id.

/// @dev Token id of a project's NFT.
type ProjectId is uint256;

/// @dev Token id of a prover's ioID.
type ProverId is uint256;

/// @dev Id of a task: a batch of readings to prove ({taskIdOf}).
type TaskId is bytes32;

/// @dev Id of a DePIN infrastructure module (DIM) that restaked stake secures.
type DimId is uint256;

using {_equalsProject as ==, _differsFromProject as !=} for ProjectId global;
using {_equalsProver as ==} for ProverId global;
using {_equalsTask as ==} for TaskId global;
using {_equalsDim as ==} for DimId global;

function _equalsProject(ProjectId a, ProjectId b) pure returns (bool) {
    return ProjectId.unwrap(a) == ProjectId.unwrap(b);
}

function _differsFromProject(ProjectId a, ProjectId b) pure returns (bool) {
    return ProjectId.unwrap(a) != ProjectId.unwrap(b);
}

function _equalsProver(ProverId a, ProverId b) pure returns (bool) {
    return ProverId.unwrap(a) == ProverId.unwrap(b);
}

function _equalsTask(TaskId a, TaskId b) pure returns (bool) {
    return TaskId.unwrap(a) == TaskId.unwrap(b);
}

function _equalsDim(DimId a, DimId b) pure returns (bool) {
    return DimId.unwrap(a) == DimId.unwrap(b);
}

/// @dev Returns the id of the task that proves the input `hash` of `projectId` on this chain. One input, one task: nothing is
/// proven and paid twice under two names. Below 2^248, so that it is a BN254 scalar as it stands.
function taskIdOf(ProjectId projectId, bytes32 hash) view returns (TaskId) {
    return TaskId.wrap(keccak256(abi.encode(block.chainid, projectId, hash)) >> 8);
}
