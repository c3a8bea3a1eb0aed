// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {ICrossChainManager} from "./ICrossChainManager.sol";
import {Encoding} from "./libraries/Encoding.sol";
import {Schnorr} from "./libraries/Schnorr.sol";

/// @title State, roles, lanes, pauses and views of the manager: everything but the two hot paths.
abstract contract ManagerAdmin is ICrossChainManager {
    // ---- limits
    uint256 internal constant FINAL = 3;
    uint256 internal constant MAX_LANES = 64;
    uint256 internal constant PAUSE = 72 hours;

    // ---- packed slots
    uint256 internal constant MASK160 = type(uint160).max;
    uint256 internal constant MASK48 = type(uint48).max;
    uint256 internal constant MASK40 = type(uint40).max;
    uint256 internal constant MASK32 = type(uint32).max;
    /// @dev _in and _retired: pausedUntil at 160, minSourceEpoch at 200.
    uint256 internal constant IN_UNTIL = 160;
    uint256 internal constant IN_EPOCH = 200;
    uint256 internal constant IN_FLAGS = 232;
    /// @dev _out: nonce at 160, pausedUntil at 208, flags at 248.
    uint256 internal constant OUT_NONCE = 160;
    uint256 internal constant OUT_UNTIL = 208;
    uint256 internal constant OUT_FLAGS = 248;
    /// @dev Out flag: the key slot may hold a stop mark, look there.
    uint256 internal constant OUT_LOOK = 1 << OUT_FLAGS;
    /// @dev The key slot holds Px, which is below the group order, or STOPPED | until, which is above it.
    uint256 internal constant STOPPED = uint256(type(uint136).max) << 120;
    uint256 internal constant UNSEALED = STOPPED | MASK40;

    bytes32 internal immutable BRIDGE_ID;
    address internal immutable DEPLOYER;
    address internal immutable OWNER_FAST;
    address internal immutable OWNER;
    address internal immutable OWNER_SLOW;

    /// @dev Slot 0: Px or a stop mark. The only slot that every delivery reads.
    uint256 internal _key;
    /// @dev Slot 1: Px, read while slot 0 holds a stop mark.
    uint256 internal _px;
    /// @dev Slot 2.
    uint64 internal _keyVersion;
    /// @dev Slot 3: chain << 8 | finality → remote 160 | nonce 48 | pausedUntil 40 | flags 8.
    mapping(uint256 key => uint256) internal _out;
    /// @dev Slot 4: chain << 8 | finality → remote 160 | pausedUntil 40 | minSourceEpoch 32 | flags 8.
    mapping(uint256 key => uint256) internal _in;
    /// @dev Slot 5: lane id → source chain 64 | zero 96 | pausedUntil 40 | minSourceEpoch 32 | flags 8.
    mapping(uint256 lane => uint256) internal _retired;
    /// @dev Slot 6: lane id << 96 | nonce >> 8 → 256 replay bits.
    mapping(uint256 word => uint256) internal _bits;
    /// @inheritdoc ICrossChainManager
    mapping(address lane => uint256) public chainIds;
    /// @inheritdoc ICrossChainManager
    mapping(address account => bool) public pauser;
    /// @dev Keys of _out, for {pauseAll}.
    uint72[] internal _outKeys;
    /// @dev Slot 10: recipient → the least finality of a checkpoint that it takes messages under; 0 for none said.
    mapping(address recipient => uint256) internal _demands;

    constructor(
        bytes32 bridgeId_,
        uint256 px,
        uint64 keyVersion_,
        address ownerFast_,
        address owner_,
        address ownerSlow_,
        address[] memory pausers,
        bool devnet
    ) {
        if (bridgeId_ == 0) revert ZeroValue("bridgeId");
        if (px == 0) revert ZeroValue("px");
        if (!Schnorr.isKey(px)) revert InvalidKey(px);
        if (keyVersion_ == 0) revert ZeroValue("keyVersion");
        if (pausers.length == 0) revert ZeroValue("pausers");
        if (block.chainid >> 64 != 0) revert ChainIdTooLarge(block.chainid);
        if (devnet && (block.chainid < 31337 || block.chainid > 31399)) revert DevnetRefused(block.chainid);
        _checkOwner(ownerFast_, devnet ? 0 : 1 hours);
        _checkOwner(owner_, devnet ? 0 : 48 hours);
        _checkOwner(ownerSlow_, devnet ? 0 : 7 days);
        BRIDGE_ID = bridgeId_;
        DEPLOYER = msg.sender;
        OWNER_FAST = ownerFast_;
        OWNER = owner_;
        OWNER_SLOW = ownerSlow_;
        _key = UNSEALED;
        _px = px;
        _keyVersion = keyVersion_;
        for (uint256 i; i < pausers.length; ++i) {
            _setPauser(pausers[i], true);
        }
    }

    function _checkOwner(address account, uint256 minimum) internal view {
        if (account == address(0)) revert ZeroValue("owner");
        if (account.code.length == 0) revert NotTimelock(account);
        uint256 delay = TimelockController(payable(account)).getMinDelay();
        if (delay < minimum) revert DelayTooShort(account, delay, minimum);
    }

    // ================================================================================================ administration

    /// @inheritdoc ICrossChainManager
    function addLane(uint256 remoteChain, uint8 finality, address remote) external {
        if (msg.sender != (isSealed() ? OWNER : DEPLOYER)) revert Unauthorized(msg.sender);
        if (remoteChain == 0) revert ZeroValue("remoteChain");
        if (remote == address(0)) revert ZeroValue("remote");
        if (remoteChain >> 64 != 0) revert ChainIdTooLarge(remoteChain);
        if (remoteChain == block.chainid) revert OwnChain(remoteChain);
        if (finality == 0 || finality > FINAL) revert FinalityNotAccepted(finality);
        uint256 lane = Encoding.laneId(remoteChain, uint160(remote), finality);
        if (chainIds[address(uint160(lane))] != 0) revert LaneExists(address(uint160(lane)));

        uint256 key = _laneKey(remoteChain, finality);
        uint256 old = _in[key];
        if (old != 0) {
            address oldRemote = address(uint160(old));
            uint256 oldLane = Encoding.laneId(remoteChain, uint160(oldRemote), finality);
            _retired[oldLane] = (old & ~MASK160) | remoteChain;
            emit LaneRetired(remoteChain, finality, oldRemote, address(uint160(oldLane)));
        }
        // A pause of the chain outlives the change of its manager.
        _in[key] = (old & (MASK40 << IN_UNTIL)) | (1 << IN_EPOCH) | uint160(remote);
        chainIds[address(uint160(lane))] = remoteChain;
        _bits[lane << 96] = 1; // nonce 0 does not exist; its bit makes the word of the first message an old one
        emit InboundSet(remoteChain, finality, remote, address(uint160(lane)));

        uint256 l = _out[key];
        if (l == 0) {
            if (_outKeys.length == MAX_LANES) revert TooManyLanes(MAX_LANES);
            _outKeys.push(uint72(key));
        }
        _out[key] = (l & ~MASK160) | (_key >= STOPPED ? OUT_LOOK : 0) | uint160(remote);
        emit OutboundSet(remoteChain, finality, remote);
    }

    /// @inheritdoc ICrossChainManager
    function seal() external {
        if (isSealed()) revert AlreadySealed();
        if (msg.sender != DEPLOYER) revert Unauthorized(msg.sender);
        _key = _px;
        emit Sealed(msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function setDemandedFinality(uint8 finality) external {
        if (finality == 0 || finality > FINAL) revert FinalityNotAccepted(finality);
        _demands[msg.sender] = finality;
        emit DemandedFinalitySet(msg.sender, finality);
    }

    /// @inheritdoc ICrossChainManager
    function setPauser(address account, bool enabled) external {
        if (msg.sender != OWNER) revert Unauthorized(msg.sender);
        _setPauser(account, enabled);
    }

    function _setPauser(address account, bool enabled) internal {
        if (account == address(0)) revert ZeroValue("pauser");
        pauser[account] = enabled;
        emit PauserSet(account, enabled);
    }

    modifier onlyPauser() {
        if (!pauser[msg.sender]) revert Unauthorized(msg.sender);
        _;
    }

    modifier onlyOwnerFast() {
        if (msg.sender != OWNER_FAST) revert Unauthorized(msg.sender);
        _;
    }

    /// @inheritdoc ICrossChainManager
    function pauseInbound(uint256 sourceChain, uint8 finality) external onlyPauser {
        (uint256 key, uint256 slot, address lane) = _current(sourceChain, finality);
        uint256 until;
        (_in[key], until) = _extend(slot, IN_UNTIL);
        emit InboundPaused(sourceChain, lane, until, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function unpauseInbound(uint256 sourceChain, uint8 finality) external onlyOwnerFast {
        (uint256 key, uint256 slot, address lane) = _current(sourceChain, finality);
        _in[key] = slot & ~(MASK40 << IN_UNTIL);
        emit InboundUnpaused(sourceChain, lane, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function pauseRetired(address lane) external onlyPauser {
        uint256 slot = _known(lane);
        uint256 until;
        (_retired[uint160(lane)], until) = _extend(slot, IN_UNTIL);
        emit InboundPaused(uint64(slot), lane, until, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function unpauseRetired(address lane) external onlyOwnerFast {
        uint256 slot = _known(lane);
        _retired[uint160(lane)] = slot & ~(MASK40 << IN_UNTIL);
        emit InboundUnpaused(uint64(slot), lane, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function pauseOutbound(uint256 targetChain, uint8 finality) external onlyPauser {
        uint256 key = _laneKey(targetChain, finality);
        uint256 l = _out[key];
        if (l == 0) revert UnknownLane(targetChain, finality);
        uint256 until;
        (_out[key], until) = _extend(l, OUT_UNTIL);
        emit OutboundPaused(targetChain, finality, until, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function unpauseOutbound(uint256 targetChain, uint8 finality) external onlyOwnerFast {
        uint256 key = _laneKey(targetChain, finality);
        uint256 l = _out[key];
        if (l == 0) revert UnknownLane(targetChain, finality);
        _out[key] = l & ~(MASK40 << OUT_UNTIL);
        emit OutboundUnpaused(targetChain, finality, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function pauseAll() external onlyPauser {
        if (!isSealed()) revert NotSealed();
        uint256 until = block.timestamp + PAUSE;
        _key = STOPPED | until;
        uint256 n = _outKeys.length;
        for (uint256 i; i < n; ++i) {
            _out[_outKeys[i]] |= OUT_LOOK; // lifted by the first send after the end
        }
        emit EverythingPaused(until, msg.sender);
    }

    /// @inheritdoc ICrossChainManager
    function unpauseAll() external onlyOwnerFast {
        if (!isSealed()) revert NotSealed();
        _key = _px;
        emit EverythingUnpaused(msg.sender);
    }

    /// @dev Sets the 40-bit time at `shift` to 72 hours from now, unless it is later already.
    function _extend(uint256 slot, uint256 shift) internal view returns (uint256, uint256 until) {
        until = block.timestamp + PAUSE;
        uint256 old = (slot >> shift) & MASK40;
        if (old > until) until = old;
        return ((slot & ~(MASK40 << shift)) | (until << shift), until);
    }

    function _current(uint256 chain, uint256 finality) internal view returns (uint256 key, uint256 slot, address lane) {
        key = _laneKey(chain, finality);
        slot = _in[key];
        if (slot == 0) revert UnknownLane(chain, uint8(finality));
        lane = address(uint160(Encoding.laneId(chain, slot & MASK160, finality)));
    }

    function _known(address lane) internal view returns (uint256 slot) {
        slot = _retired[uint160(lane)];
        if (slot == 0) revert UnknownRemote(0, lane);
    }

    /// @dev The group key, past a stop mark that has expired. Reverts while the mark holds.
    function _openKey() internal view returns (uint256 px) {
        px = _key;
        if (px >= STOPPED) {
            if (px == UNSEALED) revert NotSealed();
            if (block.timestamp < px & MASK40) revert EverythingIsPaused(px & MASK40);
            px = _px;
        }
    }

    // ================================================================================================ views

    /// @inheritdoc ICrossChainManager
    function verifiedMessages(address lane, uint256 nonce) public view returns (bool) {
        if (nonce == 0 || nonce > MASK48) return false; // a higher one would reach into another lane's words
        return (_bits[(uint256(uint160(lane)) << 96) | (nonce >> 8)] >> (nonce & 255)) & 1 != 0;
    }

    /// @inheritdoc ICrossChainManager
    function isDelivered(uint256 sourceChain, uint8 finality, uint256 nonce) external view returns (bool) {
        (,, address lane) = _current(sourceChain, finality);
        return verifiedMessages(lane, nonce);
    }

    /// @inheritdoc ICrossChainManager
    function deliveredWord(address lane, uint256 index) external view returns (uint256 word) {
        if (index > MASK40) return 0;
        word = _bits[(uint256(uint160(lane)) << 96) | index];
        if (index == 0) word &= ~uint256(1);
    }

    /// @inheritdoc ICrossChainManager
    function demandedBy(address recipient) external view returns (uint8 finality) {
        finality = uint8(_demands[recipient]);
        if (finality == 0) finality = 1;
    }

    /// @inheritdoc ICrossChainManager
    function laneId(uint256 sourceChain, address sourceManager, uint8 finality) external pure returns (address) {
        return address(uint160(Encoding.laneId(sourceChain, uint160(sourceManager), finality)));
    }

    /// @inheritdoc ICrossChainManager
    function outbound(uint256 targetChain, uint8 finality)
        external
        view
        returns (address remote, uint48 nonce, uint40 pausedUntil, uint8 flags)
    {
        uint256 l = _out[_laneKey(targetChain, finality)];
        return (address(uint160(l)), uint48(l >> OUT_NONCE), uint40(l >> OUT_UNTIL), uint8(l >> OUT_FLAGS));
    }

    /// @inheritdoc ICrossChainManager
    function inbound(uint256 sourceChain, uint8 finality)
        external
        view
        returns (address remote, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags)
    {
        uint256 slot = _in[_laneKey(sourceChain, finality)];
        return (address(uint160(slot)), uint40(slot >> IN_UNTIL), uint32(slot >> IN_EPOCH), uint8(slot >> IN_FLAGS));
    }

    /// @inheritdoc ICrossChainManager
    function retired(address lane) external view returns (uint64 sourceChain, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags) {
        uint256 slot = _retired[uint160(lane)];
        return (uint64(slot), uint40(slot >> IN_UNTIL), uint32(slot >> IN_EPOCH), uint8(slot >> IN_FLAGS));
    }

    /// @inheritdoc ICrossChainManager
    function groupKey() external view returns (uint256) {
        return _px;
    }

    /// @inheritdoc ICrossChainManager
    function keyVersion() external view returns (uint64) {
        return _keyVersion;
    }

    /// @inheritdoc ICrossChainManager
    function bridgeId() external view returns (bytes32) {
        return BRIDGE_ID;
    }

    /// @inheritdoc ICrossChainManager
    function allPausedUntil() external view returns (uint40) {
        uint256 key = _key;
        return key >= STOPPED ? uint40(key) : 0;
    }

    /// @inheritdoc ICrossChainManager
    function isSealed() public view returns (bool) {
        return _key != UNSEALED;
    }

    /// @inheritdoc ICrossChainManager
    function deployer() external view returns (address) {
        return DEPLOYER;
    }

    /// @inheritdoc ICrossChainManager
    function ownerFast() external view returns (address) {
        return OWNER_FAST;
    }

    /// @inheritdoc ICrossChainManager
    function owner() external view returns (address) {
        return OWNER;
    }

    /// @inheritdoc ICrossChainManager
    function ownerSlow() external view returns (address) {
        return OWNER_SLOW;
    }

    /// @dev One word per (chain, finality). Chains from 2^64 have no lane: registered keys are below 2^72.
    function _laneKey(uint256 chain, uint256 finality) internal pure returns (uint256) {
        if (chain >> 64 != 0) revert ChainIdTooLarge(chain);
        return (chain << 8) | finality;
    }
}
