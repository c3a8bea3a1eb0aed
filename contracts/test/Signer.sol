// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";

/// @notice Signs checkpoints as the group would, whose secret is 2 here. It hashes with abi.encode and shares no line
/// with what it tests.
abstract contract Signer is Base {
    uint256 internal constant SECRET = 2;
    uint256 internal constant PX = 0xC6047F9441ED7D6D3045406E95C07CD85C778E4B8CEF3CA7ABAC09B95C709EE5; // of 2·G, whose y is even
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes private constant CONTEXT = "ETHEREUM-SCHNORR-SECP256K1-KECCAK256";

    /// @notice A message and the certificate that proves it. `asked` and `reached` are finality codes.
    struct Delivery {
        uint256 chain;
        address remote;
        uint256 nonce;
        address from;
        address target;
        uint256 gasLimit;
        bytes data;
        uint256 asked;
        uint256 reached;
        uint256 epoch;
        bytes32 sibling;
    }

    function _id(bytes32 bridge, address manager, Delivery memory d) internal view returns (bytes32) {
        return keccak256(
            bytes.concat(
                abi.encode(keccak256("aitbc.bridge.message/v1"), bridge, d.chain, d.remote, block.chainid, manager, d.nonce),
                abi.encode(d.from, d.target, d.asked, d.gasLimit, uint256(0), keccak256(d.data))
            )
        );
    }

    /// @notice The proof whose header says `asked` and `reached`, signed for `d.reached`.
    function _proof(bytes32 bridge, bytes32 id, Delivery memory d, uint8 flags) internal pure returns (bytes memory) {
        bytes32 root = id < d.sibling ? keccak256(abi.encode(id, d.sibling)) : keccak256(abi.encode(d.sibling, id));
        bytes32 digest = keccak256(abi.encode(keccak256("aitbc.bridge.checkpoint/v1"), bridge, d.chain, d.remote, d.reached, d.epoch, root));
        uint256 k = uint256(keccak256(abi.encode("nonce", digest))) % ORDER;
        address r = vm.addr(k);
        uint256 m = uint256(keccak256(abi.encodePacked(CONTEXT, "message", digest))) % ORDER;
        uint256 e = uint256(keccak256(abi.encodePacked(CONTEXT, "challenge", r, PX, uint8(0), m))) % ORDER;
        uint256 s = addmod(k, mulmod(e, SECRET, ORDER), ORDER);
        return abi.encodePacked(flags, uint48(d.nonce), uint32(d.gasLimit), d.from, uint32(d.epoch), s, r, d.sibling);
    }
}
