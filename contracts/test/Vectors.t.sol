// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base} from "./Base.sol";
import {Encoding} from "../src/libraries/Encoding.sol";
import {Schnorr} from "../src/libraries/Schnorr.sol";

/// @notice The shared vectors of contracts/vectors, written by scripts/vectors: what Go says, Solidity says.
contract VectorsTest is Base {
    function messageId(bytes32 b, uint256[8] calldata n, uint256 gasLimit, bytes calldata data) external pure returns (bytes32) {
        return Encoding.messageId(b, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], gasLimit, data);
    }

    function fold(bytes32 leaf, bytes calldata path) external pure returns (bytes32) {
        return Encoding.fold(leaf, path, 0);
    }

    function test_Messages() external view {
        string memory j = vm.readFile("vectors/messages.json");
        uint256 i;
        for (; vm.keyExistsJson(j, _at("messages", i, "")); ++i) {
            if (vm.parseJsonUint(j, _at("messages", i, ".expiry")) != 0) continue; // no manager sends one
            uint256[8] memory n;
            n[0] = vm.parseJsonUint(j, _at("messages", i, ".sourceChain"));
            n[1] = uint160(vm.parseJsonAddress(j, _at("messages", i, ".sourceManager")));
            n[2] = vm.parseJsonUint(j, _at("messages", i, ".targetChain"));
            n[3] = uint160(vm.parseJsonAddress(j, _at("messages", i, ".targetManager")));
            n[4] = vm.parseJsonUint(j, _at("messages", i, ".nonce"));
            n[5] = uint160(vm.parseJsonAddress(j, _at("messages", i, ".sender")));
            n[6] = uint160(vm.parseJsonAddress(j, _at("messages", i, ".target")));
            n[7] = vm.parseJsonUint(j, _at("messages", i, ".finality"));
            bytes32 id = this.messageId(
                vm.parseJsonBytes32(j, _at("messages", i, ".bridgeId")),
                n,
                vm.parseJsonUint(j, _at("messages", i, ".gasLimit")),
                vm.parseJsonBytes(j, _at("messages", i, ".data"))
            );
            require(id == vm.parseJsonBytes32(j, _at("messages", i, ".id")), "message id");
        }
        require(i > 0, "no messages");
        for (i = 0; vm.keyExistsJson(j, _at("lanes", i, "")); ++i) {
            uint256 lane = Encoding.laneId(
                vm.parseJsonUint(j, _at("lanes", i, ".sourceChain")),
                uint160(vm.parseJsonAddress(j, _at("lanes", i, ".sourceManager"))),
                vm.parseJsonUint(j, _at("lanes", i, ".finality"))
            );
            require(address(uint160(lane)) == vm.parseJsonAddress(j, _at("lanes", i, ".lane")), "lane id");
        }
        require(i > 0, "no lanes");
        for (i = 0; vm.keyExistsJson(j, _at("checkpoints", i, "")); ++i) {
            bytes32 digest = Encoding.checkpointDigest(
                vm.parseJsonBytes32(j, _at("checkpoints", i, ".bridgeId")),
                vm.parseJsonUint(j, _at("checkpoints", i, ".sourceChain")),
                uint160(vm.parseJsonAddress(j, _at("checkpoints", i, ".sourceManager"))),
                vm.parseJsonUint(j, _at("checkpoints", i, ".finality")),
                vm.parseJsonUint(j, _at("checkpoints", i, ".sourceEpoch")),
                vm.parseJsonBytes32(j, _at("checkpoints", i, ".root"))
            );
            require(digest == vm.parseJsonBytes32(j, _at("checkpoints", i, ".digest")), "checkpoint digest");
        }
        require(i > 0, "no checkpoints");
    }

    function test_Tree() external view {
        string memory j = vm.readFile("vectors/tree.json");
        uint256 i;
        for (; vm.keyExistsJson(j, _at("proofs", i, "")); ++i) {
            bytes memory path = abi.encodePacked(vm.parseJsonBytes32Array(j, _at("proofs", i, ".siblings")));
            bytes32 root = this.fold(vm.parseJsonBytes32(j, _at("proofs", i, ".leaf")), path);
            bool same = root == vm.parseJsonBytes32(j, _at("proofs", i, ".root"));
            require(same == vm.parseJsonBool(j, _at("proofs", i, ".valid")), "proof");
        }
        require(i > 0, "no proofs");
    }

    function test_Schnorr() external view {
        string memory j = vm.readFile("vectors/schnorr.json");
        uint256 i;
        for (; vm.keyExistsJson(j, _at("signatures", i, "")); ++i) {
            uint256 px = uint256(vm.parseJsonBytes32(j, _at("signatures", i, ".px")));
            bool ok = Schnorr.isKey(px)
                && Schnorr.verify(
                    px,
                    vm.parseJsonBytes32(j, _at("signatures", i, ".digest")),
                    uint256(vm.parseJsonBytes32(j, _at("signatures", i, ".s"))),
                    uint160(vm.parseJsonAddress(j, _at("signatures", i, ".r")))
                );
            require(ok == vm.parseJsonBool(j, _at("signatures", i, ".valid")), "signature");
        }
        require(i > 0, "no signatures");
    }

    function _at(string memory list, uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".", list, "[", vm.toString(i), "]", field);
    }
}
