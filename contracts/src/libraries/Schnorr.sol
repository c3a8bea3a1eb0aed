// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Schnorr signatures over secp256k1 with keccak256, checked with one `ecrecover`.
/// @notice The scheme is the ERC-7816 draft, pinned in docs/spec/signing.md.
library Schnorr {
    /// @dev Order of the group.
    uint256 internal constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    /// @dev "ETHEREUM-SCHNORR-SECP256K1-KECCAK256" is 36 bytes: its first 32, then its last 4 with the purpose.
    uint256 private constant CONTEXT = 0x455448455245554d2d5343484e4f52522d534543503235364b312d4b45434341;
    /// @dev "K256message", left-aligned.
    uint256 private constant MESSAGE = 0x4b3235366d657373616765000000000000000000000000000000000000000000;
    /// @dev "K256challenge", left-aligned.
    uint256 private constant CHALLENGE = 0x4b3235366368616c6c656e676500000000000000000000000000000000000000;

    /// @notice Whether (s, r) signs `digest` under the key with x coordinate `px` and even y.
    /// @dev s·G − e·P must have the address r. `ecrecover(h, 27, px, x)` is the address of px⁻¹·(x·P − h·G), so
    /// h = −s·px and x = −e·px. Callers keep 0 < px < N. e = 0 gives x = N, which the precompile refuses.
    /// @param s Scalar, 0 < s < N.
    /// @param r Address of the nonce point, not zero.
    function verify(uint256 px, bytes32 digest, uint256 s, uint256 r) internal view returns (bool ok) {
        // Memory-safe: scratch above the free pointer and the scratch space at 0 only.
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore(p, CONTEXT)
            mstore(add(p, 32), MESSAGE)
            mstore(add(p, 43), digest)
            let m := mod(keccak256(p, 75), N)
            mstore(add(p, 32), CHALLENGE)
            mstore(add(p, 45), shl(96, r))
            mstore(add(p, 65), px)
            mstore8(add(p, 97), 0)
            mstore(add(p, 98), m)
            let e := mod(keccak256(p, 130), N)
            mstore(p, sub(N, mulmod(s, px, N)))
            mstore(add(p, 32), 27)
            mstore(add(p, 64), px)
            mstore(add(p, 96), sub(N, mulmod(e, px, N)))
            mstore(0, 0)
            // A refusal returns no bytes: the word at 0 stays zero and r is not zero.
            ok := staticcall(gas(), 1, p, 128, 0, 32)
            ok := and(ok, eq(returndatasize(), 32))
            ok := and(ok, and(lt(s, N), iszero(iszero(s))))
            ok := and(ok, and(iszero(iszero(r)), eq(mload(0), r)))
        }
    }

    /// @notice Whether `px` is the x coordinate of a point, other than the generator, whose secret is 1: the precompile
    /// recovers px⁻¹·(P − G), and nothing when there is no such P or P = G.
    function isKey(uint256 px) internal pure returns (bool) {
        return px != 0 && px < N && ecrecover(bytes32(uint256(1)), 27, bytes32(px), bytes32(uint256(1))) != address(0);
    }
}
