// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786GatewaySource, IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {ICrossChainManager} from "./ICrossChainManager.sol";
import {ManagerAdmin} from "./ManagerAdmin.sol";
import {Encoding} from "./libraries/Encoding.sol";
import {Schnorr} from "./libraries/Schnorr.sol";

/// @title CrossChainManager
/// @notice Not upgradeable: a new version is a new deployment, registered beside this one.
/// @dev Replay bits and epochs are written before the recipient is called; nothing is read after it.
contract CrossChainManager is ManagerAdmin {
    uint256 private constant MAX_DATA = 16_384;
    uint256 private constant DEFAULT_GAS = 200_000;
    uint256 private constant MAX_GAS = 10_000_000;
    uint256 private constant GAS_RESERVE = 10_000;

    // ---- proof: offsets of the packed header
    /// @dev Flags of nearly every proof: asked finality and checkpoint finality are final.
    uint256 private constant FLAGS = (FINAL << 1) | (FINAL << 3);
    uint256 private constant FLAG_PREVIOUS_KEY = 1;
    uint256 private constant FLAG_RETIRED = 32;
    uint256 private constant HEAD = 87;

    bytes4 private constant MIN_GAS_LIMIT = 0x39f87ba1; // minGasLimit(uint256)
    bytes4 private constant MIN_FINALITY = 0x47723216; // minFinality(uint8)

    constructor(
        bytes32 bridgeId_,
        uint256 px,
        uint64 keyVersion_,
        address ownerFast_,
        address owner_,
        address ownerSlow_,
        address[] memory pausers,
        bool devnet
    ) ManagerAdmin(bridgeId_, px, keyVersion_, ownerFast_, owner_, ownerSlow_, pausers, devnet) {}

    // ================================================================================================ send

    /// @inheritdoc ICrossChainManager
    function sendMessage(uint256 targetChain, address target, bytes calldata data) external payable {
        _send(targetChain, uint160(target), FINAL, 0, data);
    }

    /// @inheritdoc IERC7786GatewaySource
    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32 sendId)
    {
        (bool ok, uint256 targetChain, uint256 target) = Encoding.parseInteroperable(recipient);
        if (!ok) revert RecipientNotCanonical(recipient);
        (uint256 finality, uint256 gasLimit) = _attributes(attributes);
        sendId = _send(targetChain, target, finality, gasLimit, payload);
        emit MessageSent(sendId, Encoding.interoperable(block.chainid, uint160(msg.sender)), recipient, payload, 0, attributes);
    }

    /// @inheritdoc IERC7786GatewaySource
    function supportsAttribute(bytes4 selector) external pure returns (bool) {
        return selector == MIN_GAS_LIMIT || selector == MIN_FINALITY;
    }

    function _attributes(bytes[] calldata attributes) private pure returns (uint256 finality, uint256 gasLimit) {
        finality = FINAL;
        uint256 seen;
        for (uint256 i; i < attributes.length; ++i) {
            bytes calldata a = attributes[i];
            bytes4 selector = bytes4(a);
            uint256 bit = selector == MIN_GAS_LIMIT ? 1 : selector == MIN_FINALITY ? 2 : 0;
            if (bit == 0 || a.length < 4) revert UnsupportedAttribute(selector);
            if (a.length != 36) revert AttributeMalformed(selector, a.length);
            if (seen & bit != 0) revert AttributeRepeated(selector);
            seen |= bit;
            uint256 value = uint256(bytes32(a[4:]));
            if (bit == 1) {
                if (value > MAX_GAS) revert GasLimitTooHigh(value, MAX_GAS);
                gasLimit = value;
            } else {
                if (value == 0 || value > FINAL) revert FinalityNotAccepted(value);
                finality = value;
            }
        }
    }

    function _send(uint256 targetChain, uint256 target, uint256 finality, uint256 gasLimit, bytes calldata data)
        private
        returns (bytes32 id)
    {
        if (msg.value != 0) revert ValueNotAccepted(msg.value);
        if (data.length > MAX_DATA) revert DataTooLong(data.length, MAX_DATA);
        if (target == 0) revert ZeroValue("target");
        (uint256 remote, uint256 nonce) = _next(targetChain, finality);
        _checkTarget(address(uint160(target)), remote);
        id = Encoding.messageId(
            BRIDGE_ID,
            block.chainid,
            uint160(address(this)),
            targetChain,
            remote,
            nonce,
            uint160(msg.sender),
            target,
            finality,
            gasLimit,
            data
        );
        emit CrossChainMessage(block.chainid, targetChain, id, address(uint160(target)), data);
        emit MessageMeta(id, (uint256(uint160(msg.sender)) << 96) | (nonce << 48) | (gasLimit << 16) | (finality << 8));
    }

    /// @dev Contracts that hold power in the bridge never receive a message, whatever they would do with it.
    function _checkTarget(address target, uint256 remote) private view {
        if (
            target == address(uint160(remote)) || target == address(this) || target == OWNER_FAST || target == OWNER || target == OWNER_SLOW
        ) revert TargetRefused(target);
    }

    /// @dev Takes the next nonce of the lane: one slot, read and written once.
    function _next(uint256 targetChain, uint256 finality) private returns (uint256 remote, uint256 nonce) {
        uint256 key = _laneKey(targetChain, finality);
        uint256 l = _out[key];
        remote = l & MASK160;
        if (remote == 0) revert UnknownLane(targetChain, uint8(finality));
        if (l >> OUT_FLAGS != 0) {
            _openKey(); // reverts while everything is stopped
            l &= ~OUT_LOOK;
        }
        uint256 until = (l >> OUT_UNTIL) & MASK40;
        if (block.timestamp < until) revert LaneIsPaused(targetChain, uint8(finality), until);
        nonce = ((l >> OUT_NONCE) & MASK48) + 1;
        if (nonce > MASK48) revert NonceExhausted(targetChain);
        unchecked {
            _out[key] = l + (1 << OUT_NONCE); // no carry: nonce is at most 2^48 − 1
        }
    }

    // ================================================================================================ receive

    /// @inheritdoc ICrossChainManager
    function receiveMessage(uint256 sourceChain, bytes32 messageId, address target, bytes calldata data, bytes calldata proof) external {
        uint256 w = _header(proof);
        if (_belowFinal(w)) _checkDemand(target, _checkFlags(w));
        (uint256 remote, uint256 lane, uint256 slot, uint256 head) = _source(sourceChain, proof, w);
        uint256 nonce = (w >> 200) & MASK48;
        uint256 gasLimit = (w >> 168) & MASK32;
        uint256 sender = (w >> 8) & MASK160;
        if (nonce == 0) revert ZeroValue("nonce");
        if (sender == 0) revert ZeroValue("sender");
        if (target == address(0)) revert ZeroValue("target");
        {
            bytes32 id = Encoding.messageId(
                BRIDGE_ID,
                sourceChain,
                remote,
                block.chainid,
                uint160(address(this)),
                nonce,
                sender,
                uint160(target),
                _asked(w),
                gasLimit,
                data
            );
            if (id != messageId) revert InvalidMessageId(id, messageId);
        }
        _verify(sourceChain, remote, messageId, proof, w, head);
        _take(lane, nonce);
        if (_epoch(proof) != (slot >> IN_EPOCH) & MASK32) _raise(sourceChain, lane, slot, w, proof);
        _deliver(sourceChain, messageId, target, sender, gasLimit == 0 ? DEFAULT_GAS : gasLimit, data);
        emit MessageDelivered(messageId, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function verifyLeaf(uint256 sourceChain, bytes32 leaf, bytes calldata proof) external view returns (bool) {
        _leaf(sourceChain, leaf, proof, FINAL);
        return true;
    }

    /// @inheritdoc ICrossChainManager
    function verifyLeafAt(uint256 sourceChain, bytes32 leaf, bytes calldata proof, uint8 finality) external view returns (bool) {
        if (finality == 0) revert FinalityNotAccepted(0);
        _leaf(sourceChain, leaf, proof, finality);
        return true;
    }

    /// @dev A leaf binds no finality, so the caller says the least that it takes. It is compared with the asked one, which
    /// names the lane: the pause and the epoch of the final lane cannot be walked around through an open lower one.
    function _leaf(uint256 sourceChain, bytes32 leaf, bytes calldata proof, uint256 finality) private view {
        if (leaf == 0) revert ZeroValue("leaf");
        uint256 w = _header(proof);
        if (_belowFinal(w)) _checkFlags(w);
        if (_asked(w) < finality) revert FinalityTooLow(_asked(w), finality);
        if ((w << 8) >> 16 != 0) revert HeaderNotZero();
        (uint256 remote,,, uint256 head) = _source(sourceChain, proof, w);
        _verify(sourceChain, remote, leaf, proof, w, head);
    }

    /// @dev The first word of the proof: flags 8 | nonce 48 | gasLimit 32 | sender 160 | first byte of sourceEpoch.
    function _header(bytes calldata proof) private pure returns (uint256 w) {
        if (proof.length < HEAD) revert ProofTooShort(proof.length, HEAD);
        assembly ("memory-safe") {
            w := calldataload(proof.offset) // inside the proof: it has at least HEAD bytes
        }
    }

    /// @dev The finality that the sender asked for; with the source it names the lane.
    function _asked(uint256 w) private pure returns (uint256) {
        return (w >> 249) & 3;
    }

    /// @dev The finality of the checkpoint whose root is signed.
    function _reached(uint256 w) private pure returns (uint256) {
        return (w >> 251) & 3;
    }

    /// @dev Whether the flags are others than those of a final proof: such are checked one by one.
    function _belowFinal(uint256 w) private pure returns (bool) {
        return (w >> 248) | FLAG_RETIRED != FLAGS | FLAG_RETIRED;
    }

    /// @dev The checkpoint's finality, at least the asked one, which is at least 1.
    function _checkFlags(uint256 w) private pure returns (uint256 reached) {
        if (w >> 254 != 0) revert UnknownFlags(w >> 248);
        if ((w >> 248) & FLAG_PREVIOUS_KEY != 0) revert NoPreviousKey();
        if (_asked(w) == 0) revert FinalityNotAccepted(0);
        reached = _reached(w);
        if (reached < _asked(w)) revert FinalityTooLow(reached, _asked(w));
    }

    /// @dev A final checkpoint meets every demand, so the path of final proofs reads no slot for it.
    function _checkDemand(address target, uint256 reached) private view {
        if (reached != FINAL && reached < _demands[target]) revert FinalityDemanded(target, _demands[target], reached);
    }

    /// @dev The lane that the proof is for, its slot, and where the siblings start. Reverts when it is not open.
    function _source(uint256 sourceChain, bytes calldata proof, uint256 w)
        private
        view
        returns (uint256 remote, uint256 lane, uint256 slot, uint256 head)
    {
        head = HEAD;
        if (w >> 253 != 0) {
            head = HEAD + 20;
            if (proof.length < head) revert ProofTooShort(proof.length, head);
            assembly ("memory-safe") {
                remote := shr(96, calldataload(add(proof.offset, HEAD))) // 20 bytes: the length was checked
            }
        } else {
            slot = _in[_laneKey(sourceChain, _asked(w))];
            remote = slot & MASK160;
            if (remote == 0) revert UnknownLane(sourceChain, uint8(_asked(w)));
        }
        uint256 rest = (proof.length - head) & 31;
        if (rest != 0) revert TrailingBytes(rest);
        lane = Encoding.laneId(sourceChain, remote, _asked(w));
        if (head != HEAD) {
            slot = _retired[lane];
            if (slot == 0) revert UnknownRemote(sourceChain, address(uint160(remote)));
        }
        uint256 until = (slot >> IN_UNTIL) & MASK40;
        if (block.timestamp < until) revert LaneIsPaused(sourceChain, uint8(_asked(w)), until);
        uint256 epoch = _epoch(proof);
        uint256 minimum = (slot >> IN_EPOCH) & MASK32;
        if (epoch < minimum) revert SourceEpochTooOld(epoch, minimum);
    }

    function _epoch(bytes calldata proof) private pure returns (uint256 epoch) {
        assembly ("memory-safe") {
            epoch := shr(224, calldataload(add(proof.offset, 31))) // inside the header
        }
    }

    /// @dev Folds the path and checks the group's signature over its root.
    function _verify(uint256 sourceChain, uint256 remote, bytes32 leaf, bytes calldata proof, uint256 w, uint256 head) private view {
        uint256 px = _key;
        if (px >= STOPPED) px = _openKey();
        uint256 s;
        uint256 r;
        assembly ("memory-safe") {
            s := calldataload(add(proof.offset, 35)) // both inside the header
            r := shr(96, calldataload(add(proof.offset, 67)))
        }
        bytes32 root = Encoding.fold(leaf, proof, head);
        bytes32 digest = Encoding.checkpointDigest(BRIDGE_ID, sourceChain, remote, _reached(w), _epoch(proof), root);
        if (!Schnorr.verify(px, digest, s, r)) _refuseSignature(s, r, root);
    }

    /// @dev Says why {Schnorr-verify} refused: it takes no zero and no scalar from the order on.
    function _refuseSignature(uint256 s, uint256 r, bytes32 root) private pure {
        if (s == 0) revert ZeroValue("s");
        if (r == 0) revert ZeroValue("R");
        if (s >= Schnorr.N) revert SignatureOutOfRange(s);
        revert InvalidSignature(root);
    }

    function _take(uint256 lane, uint256 nonce) private {
        uint256 key = (lane << 96) | (nonce >> 8);
        uint256 word = _bits[key];
        uint256 bit = 1 << (nonce & 255);
        _bits[key] = word | bit; // before the check, which undoes it: the slot is hashed once
        if (word & bit != 0) revert AlreadyDelivered(address(uint160(lane)), nonce);
    }

    /// @dev A certified root of a newer source epoch makes the older ones void on this lane.
    function _raise(uint256 sourceChain, uint256 lane, uint256 slot, uint256 w, bytes calldata proof) private {
        uint256 epoch = _epoch(proof);
        slot = (slot & ~(MASK32 << IN_EPOCH)) | (epoch << IN_EPOCH);
        if (w >> 253 == 0) _in[_laneKey(sourceChain, _asked(w))] = slot;
        else _retired[lane] = slot;
        emit SourceEpochRaised(address(uint160(lane)), uint32(epoch));
    }

    /// @dev Calls IERC7786Recipient.receiveMessage(messageId, ERC-7930 form of the sender, data).
    function _deliver(uint256 sourceChain, bytes32 messageId, address target, uint256 sender, uint256 gasLimit, bytes calldata data)
        private
    {
        uint256 selector = uint32(IERC7786Recipient.receiveMessage.selector);
        uint256 n = Encoding.chainLength(sourceChain);
        uint256 needed;
        unchecked {
            needed = gasLimit + GAS_RESERVE; // gasLimit has 32 bits
        }
        uint256 available;
        bool enough;
        bool ok;
        bool magic;
        // Memory-safe: the frame stands above the free pointer and is read by the call of this block alone; the first
        // word of the answer goes to the scratch space. n is at most 8: registered chain ids are below 2^64.
        assembly ("memory-safe") {
            let p := mload(0x40)
            let words := shl(5, add(1, gt(n, 6))) // room of the sender's 26 + n bytes
            mstore(p, shl(224, selector))
            mstore(add(p, 0x04), messageId)
            mstore(add(p, 0x24), 0x60)
            mstore(add(p, 0x44), add(0x80, words))
            mstore(add(p, 0x64), add(26, n))
            mstore(add(p, 0xa4), 0)
            mstore(add(p, 0x84), or(shl(216, n), shl(224, 0x00010000)))
            mstore(add(p, 0x89), shl(sub(256, shl(3, n)), sourceChain))
            mstore(add(add(p, 0x89), n), or(shl(248, 20), shl(88, sender)))
            let q := add(add(p, 0x84), words)
            mstore(q, data.length)
            q := add(q, 32)
            mstore(add(q, data.length), 0)
            calldatacopy(q, data.offset, data.length)
            let size := sub(add(q, and(add(data.length, 31), not(31))), p)
            mstore(0, 0)
            available := gas()
            // What CALL may pass on, 63/64, must cover the limit and what comes after it.
            enough := iszero(lt(sub(available, shr(6, available)), needed))
            if enough {
                ok := call(gas(), target, 0, p, size, 0, 32)
                // The whole word: precompile 4 echoes its input, whose first four bytes are the magic value.
                magic := and(gt(returndatasize(), 31), eq(mload(0), shl(224, selector)))
                magic := and(magic, ok)
            }
        }
        if (!enough) revert InsufficientGas(available, needed);
        if (!magic) {
            if (!ok) revert RecipientReverted(target, _returned());
            revert RecipientRefused(target, _returned());
        }
    }

    /// @dev At most 256 bytes of what the last call returned: a recipient cannot make its caller pay for more.
    function _returned() private pure returns (bytes memory out) {
        assembly ("memory-safe") {
            let n := returndatasize()
            if gt(n, 256) { n := 256 }
            out := mload(0x40)
            mstore(0x40, add(out, 288))
            mstore(out, n)
            returndatacopy(add(out, 32), 0, n)
        }
    }
}
