// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Hashes and addresses of the bridge: what docs/spec/messages.md and tree.md define.
/// @dev Assembly writes above the free memory pointer only and leaves nothing behind that is read later.
library Encoding {
    bytes32 internal constant MESSAGE_TAG = keccak256("aitbc.bridge.message/v1");
    bytes32 internal constant LANE_TAG = keccak256("aitbc.bridge.lane/v1");
    bytes32 internal constant CHECKPOINT_TAG = keccak256("aitbc.bridge.checkpoint/v1");

    /// @notice The id of a lane: the last 20 bytes of keccak256(abi.encode(LANE_TAG, chain, manager, finality)).
    function laneId(uint256 chain, uint256 manager, uint256 finality) internal pure returns (uint256 id) {
        bytes32 tag = LANE_TAG;
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, tag)
            mstore(add(p, 32), chain)
            mstore(add(p, 64), manager)
            mstore(add(p, 96), finality)
            id := and(keccak256(p, 128), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }

    /// @notice The id of a message, 13 words; expiry is 0. Addresses come as words whose high 12 bytes are zero.
    function messageId(
        bytes32 bridgeId,
        uint256 sourceChain,
        uint256 sourceManager,
        uint256 targetChain,
        uint256 targetManager,
        uint256 nonce,
        uint256 sender,
        uint256 target,
        uint256 finality,
        uint256 gasLimit,
        bytes calldata data
    ) internal pure returns (bytes32 id) {
        bytes32 tag = MESSAGE_TAG;
        assembly ("memory-safe") {
            let p := mload(0x40)
            calldatacopy(p, data.offset, data.length)
            let dataHash := keccak256(p, data.length)
            mstore(p, tag)
            mstore(add(p, 32), bridgeId)
            mstore(add(p, 64), sourceChain)
            mstore(add(p, 96), sourceManager)
            mstore(add(p, 128), targetChain)
            mstore(add(p, 160), targetManager)
            mstore(add(p, 192), nonce)
            mstore(add(p, 224), sender)
            mstore(add(p, 256), target)
            mstore(add(p, 288), finality)
            mstore(add(p, 320), gasLimit)
            mstore(add(p, 352), 0)
            mstore(add(p, 384), dataHash)
            id := keccak256(p, 416)
        }
    }

    /// @notice What the group key signs for a checkpoint, 7 words.
    function checkpointDigest(bytes32 bridgeId, uint256 chain, uint256 manager, uint256 finality, uint256 epoch, bytes32 root)
        internal
        pure
        returns (bytes32 digest)
    {
        bytes32 tag = CHECKPOINT_TAG;
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, tag)
            mstore(add(p, 32), bridgeId)
            mstore(add(p, 64), chain)
            mstore(add(p, 96), manager)
            mstore(add(p, 128), finality)
            mstore(add(p, 160), epoch)
            mstore(add(p, 192), root)
            digest := keccak256(p, 224)
        }
    }

    /// @notice Folds `leaf` with the siblings in proof[head:], sorted pairs. The rest must be a multiple of 32 bytes.
    function fold(bytes32 leaf, bytes calldata proof, uint256 head) internal pure returns (bytes32 root) {
        root = leaf;
        // Memory-safe: the 64 bytes of scratch space only.
        assembly ("memory-safe") {
            let o := add(proof.offset, head)
            for { let end := add(proof.offset, proof.length) } lt(o, end) { o := add(o, 32) } {
                let sibling := calldataload(o)
                let at := shl(5, lt(sibling, root)) // where root goes: the smaller of the two comes first
                mstore(at, root)
                mstore(xor(at, 32), sibling)
                root := keccak256(0, 64)
            }
        }
    }

    /// @notice Bytes of the minimal big-endian form of a chain id, 1 to 32.
    function chainLength(uint256 chain) internal pure returns (uint256 n) {
        assembly ("memory-safe") {
            n := 1
            for { chain := shr(8, chain) } chain { chain := shr(8, chain) } { n := add(n, 1) }
        }
    }

    /// @notice ERC-7930 form of an EVM address: 0001 0000 | n | chain n | 14 | address 20.
    function interoperable(uint256 chain, uint256 account) internal pure returns (bytes memory out) {
        uint256 n = chainLength(chain);
        // Allocates 32 + 64 bytes and one word of slack for the last store: 26 + n is at most 58.
        assembly ("memory-safe") {
            out := mload(0x40)
            mstore(out, add(26, n))
            mstore(add(out, 32), or(shl(216, n), shl(224, 0x00010000)))
            mstore(add(out, 37), shl(sub(256, shl(3, n)), chain))
            mstore(add(add(out, 37), n), or(shl(248, 20), shl(88, account)))
            mstore(0x40, add(out, 128))
        }
    }

    /// @notice Reads the canonical ERC-7930 form alone: EVM chain type, chain id without leading zeros, 20 bytes of
    /// address that are not all zero, no byte behind.
    function parseInteroperable(bytes calldata a) internal pure returns (bool ok, uint256 chain, uint256 account) {
        // Reads past the end of `a` give other calldata or zeros; the length check refuses such input.
        assembly ("memory-safe") {
            let w := calldataload(a.offset)
            let n := and(shr(216, w), 0xff)
            ok := and(eq(shr(224, w), 0x00010000), eq(a.length, add(26, n)))
            ok := and(ok, and(lt(n, 33), gt(n, 0)))
            chain := shr(sub(256, shl(3, n)), calldataload(add(a.offset, 5)))
            ok := and(ok, iszero(iszero(shr(sub(shl(3, n), 8), chain))))
            let t := calldataload(add(add(a.offset, 5), n))
            ok := and(ok, eq(shr(248, t), 20))
            account := and(shr(88, t), 0xffffffffffffffffffffffffffffffffffffffff)
            ok := and(ok, iszero(iszero(account)))
        }
    }
}
