// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IVerifier} from "../w3bstream/interfaces/IVerifier.sol";

/// @title MockVerifier
/// @notice Answers what it is told to, whatever the proof: a verifier that lies, or one whose proofs need no circuit.
contract MockVerifier is IVerifier {
    bool private _answer;

    constructor(bool answer_) {
        _answer = answer_;
    }

    /// @notice Sets what {verify} returns.
    function setAnswer(bool answer_) external {
        _answer = answer_;
    }

    /// @inheritdoc IVerifier
    function verify(bytes calldata, uint256[] calldata) external view override returns (bool) {
        return _answer;
    }
}
