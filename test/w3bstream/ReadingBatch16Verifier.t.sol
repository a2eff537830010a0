// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Test} from "../fixtures/Test.sol";
import {IGroth16Verifier} from "../../contracts/w3bstream/interfaces/IGroth16Verifier.sol";
import {ReadingBatch16Verifier} from "../../contracts/w3bstream/verifiers/ReadingBatch16Verifier.sol";

/// @dev
/// ReadingBatch16Verifier.constructor
/// ├── when the chain id is 31337
/// │   └── it deploys
/// └── when the chain id is another
///     └── it reverts
/// ReadingBatch16Verifier.verify
/// ├── when the proof proves the signals
/// │   └── it returns true
/// ├── when a signal differs, is not below the field's order, is missing or is one too many
/// │   └── it returns false
/// └── when a word of the proof differs, is not below the base field's order, is missing or is one too many
///     └── it returns false
abstract contract ReadingBatch16VerifierFixture is Test {
    uint256 internal constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    /// @dev What a call may burn when a precompile refuses a point.
    uint256 internal constant GAS = 1_000_000;

    ReadingBatch16Verifier internal verifier;
    bytes internal proof;
    uint256[] internal signals;

    function setUp() public {
        vm.chainId(31337);
        verifier = new ReadingBatch16Verifier();
        string memory vector =
            vm.readFile(string.concat(vm.projectRoot(), "/test/vectors/reading-batch-16.json"));
        proof = vm.parseJsonBytes(vector, ".proof");
        signals = vm.parseJsonUintArray(vector, ".signals");
    }

    function _verify(bytes memory proof_, uint256[] memory signals_) internal view returns (bool) {
        return verifier.verify{gas: GAS}(proof_, signals_);
    }

    function _word(uint256 index) internal view returns (uint256 word) {
        bytes memory copy = proof;
        assembly ("memory-safe") {
            word := mload(add(copy, mul(add(index, 1), 0x20)))
        }
    }

    function _withWord(uint256 index, uint256 word) internal view returns (bytes memory copy) {
        copy = proof;
        assembly ("memory-safe") {
            mstore(add(copy, mul(add(index, 1), 0x20)), word)
        }
    }
}

contract ReadingBatch16Verifier_Constructor_Test is Test {
    function test_constructor_developmentChain_deploys() public {
        vm.chainId(31337);
        assertGt(address(new ReadingBatch16Verifier()).code.length, 0);
    }

    function testFuzz_constructor_otherChain_reverts(uint64 chainId) public {
        vm.assume(chainId != 31337 && chainId != 0);
        vm.chainId(chainId);
        vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.VerifierDevelopmentKey.selector, uint256(chainId)));
        new ReadingBatch16Verifier();
    }

    function test_constructor_iotexChains_reverts() public {
        uint256[3] memory chains = [uint256(4689), 4690, 1];
        for (uint256 i = 0; i < chains.length; i++) {
            vm.chainId(chains[i]);
            vm.expectRevert(abi.encodeWithSelector(IGroth16Verifier.VerifierDevelopmentKey.selector, chains[i]));
            new ReadingBatch16Verifier();
        }
    }
}

contract ReadingBatch16Verifier_Verify_Test is ReadingBatch16VerifierFixture {
    function test_verify_vector_returnsTrue() public view {
        assertEq(signals.length, 23);
        assertTrue(_verify(proof, signals));
    }

    function test_verify_gas_staysBelowHalfAMillion() public view {
        uint256 before = gasleft();
        assertTrue(_verify(proof, signals));
        assertLt(before - gasleft(), 500_000);
    }

    function test_verify_eachSignalChanged_returnsFalse() public view {
        for (uint256 i = 0; i < signals.length; i++) {
            uint256[] memory changed = signals;
            changed[i] = addmod(signals[i], 1, R);
            assertFalse(_verify(proof, changed));
        }
    }

    function testFuzz_verify_signalChanged_returnsFalse(uint256 index, uint256 value) public view {
        index = bound(index, 0, signals.length - 1);
        vm.assume(value != signals[index]);
        uint256[] memory changed = signals;
        changed[index] = value;
        assertFalse(_verify(proof, changed));
    }

    /// @dev signal + R is the same field element: it must not pass as another value.
    function test_verify_eachSignalAliased_returnsFalse() public view {
        for (uint256 i = 0; i < signals.length; i++) {
            for (uint256 alias_ = signals[i]; alias_ <= type(uint256).max - R;) {
                alias_ += R;
                uint256[] memory changed = signals;
                changed[i] = alias_;
                assertFalse(_verify(proof, changed));
            }
        }
    }

    function test_verify_signalMissingOrAdded_returnsFalse() public view {
        uint256[] memory shorter = new uint256[](signals.length - 1);
        uint256[] memory longer = new uint256[](signals.length + 1);
        for (uint256 i = 0; i < signals.length; i++) {
            if (i < shorter.length) shorter[i] = signals[i];
            longer[i] = signals[i];
        }
        assertFalse(_verify(proof, shorter));
        assertFalse(_verify(proof, longer));
        assertFalse(_verify(proof, new uint256[](0)));
    }

    function test_verify_eachWordChanged_returnsFalse() public view {
        for (uint256 i = 0; i < 8; i++) {
            assertFalse(_verify(_withWord(i, addmod(_word(i), 1, Q)), signals));
            assertFalse(_verify(_withWord(i, 0), signals));
        }
    }

    /// @dev word + Q is the same coordinate: a second encoding of the same proof.
    function test_verify_eachWordAliased_returnsFalse() public view {
        for (uint256 i = 0; i < 8; i++) {
            assertFalse(_verify(_withWord(i, _word(i) + Q), signals));
            assertFalse(_verify(_withWord(i, type(uint256).max), signals));
        }
    }

    function testFuzz_verify_wordChanged_returnsFalse(uint256 index, uint256 word) public view {
        index = bound(index, 0, 7);
        vm.assume(word != _word(index));
        assertFalse(_verify(_withWord(index, word), signals));
    }

    function test_verify_negatedPoint_returnsFalse() public view {
        // A and C with the other root are on the curve, and still no proof.
        assertFalse(_verify(_withWord(1, Q - _word(1)), signals));
        assertFalse(_verify(_withWord(7, Q - _word(7)), signals));
    }

    function testFuzz_verify_otherLength_returnsFalse(bytes memory other) public view {
        vm.assume(keccak256(other) != keccak256(proof));
        assertFalse(_verify(other, signals));
    }

    function test_verify_shortOrLongProof_returnsFalse() public view {
        bytes memory shorter = new bytes(255);
        for (uint256 i = 0; i < 255; i++) {
            shorter[i] = proof[i];
        }
        assertFalse(_verify(shorter, signals));
        assertFalse(_verify(bytes.concat(proof, hex"00"), signals));
        assertFalse(_verify("", signals));
        assertFalse(_verify(new bytes(256), signals));
    }
}
