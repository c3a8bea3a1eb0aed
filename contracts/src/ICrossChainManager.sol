// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @title The manager of one chain: where messages leave and where they arrive.
/// @notice A *lane* is (source chain, source manager, finality); it has its own nonces, replay bits and id. Finality
/// codes are 1 fast, 2 safe, 3 final; a lane below final takes messages only after {addLane} opened it, and under any
/// checkpoint of its own finality or a higher one. Formats: docs/spec/contracts.md.
interface ICrossChainManager is IERC7786GatewaySource {
    // ------------------------------------------------------------------------------------------------ events

    /// @notice A message was sent. `messageId` is its leaf in the source's tree.
    event CrossChainMessage(uint256 indexed fromChain, uint256 indexed toChain, bytes32 indexed messageId, address target, bytes data);

    /// @notice What {CrossChainMessage} does not say: sender 160 | nonce 48 | gasLimit 32 | finality 8 | zero 8, from the top.
    event MessageMeta(bytes32 indexed messageId, uint256 packed);

    /// @notice A message was delivered; the receipt leaf of this chain's tree.
    event MessageDelivered(bytes32 indexed messageId, address relayer);

    /// @notice Messages to `targetChain` are addressed to the manager `remote` from here on.
    event OutboundSet(uint256 indexed targetChain, uint8 indexed finality, address remote);

    /// @notice Messages of the manager `remote` are accepted on the lane `lane`.
    event InboundSet(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane);

    /// @notice `lane` is no longer the current one of its chain; it stays receivable.
    event LaneRetired(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane);

    /// @notice A proof of a newer source epoch was seen; roots of older epochs are refused on this lane.
    event SourceEpochRaised(address indexed lane, uint32 epoch);

    /// @notice The deployer gave up its role; messages may be sent and received.
    event Sealed(address deployer);

    /// @notice `recipient` takes messages under checkpoints of `finality` or a higher one alone.
    event DemandedFinalitySet(address indexed recipient, uint8 finality);

    /// @notice `account` may pause, or may no longer.
    event PauserSet(address indexed account, bool enabled);

    /// @notice Deliveries of a lane are refused until `until` (unix seconds). `lane` is the current or a retired one.
    event InboundPaused(uint256 indexed sourceChain, address indexed lane, uint256 until, address by);
    /// @notice Deliveries of a lane are accepted again.
    event InboundUnpaused(uint256 indexed sourceChain, address indexed lane, address by);
    /// @notice Sends to a chain are refused until `until` (unix seconds).
    event OutboundPaused(uint256 indexed targetChain, uint8 indexed finality, uint256 until, address by);
    /// @notice Sends to a chain are accepted again.
    event OutboundUnpaused(uint256 indexed targetChain, uint8 indexed finality, address by);
    /// @notice Every send and every delivery is refused until `until` (unix seconds).
    event EverythingPaused(uint256 until, address by);
    /// @notice The pause of everything is lifted; pauses of single lanes stay.
    event EverythingUnpaused(address by);

    // ------------------------------------------------------------------------------------------------ errors

    /// @notice A value that must not be zero is.
    error ZeroValue(string field);
    /// @notice The caller does not hold the role that the function asks for.
    error Unauthorized(address caller);
    /// @notice Nothing is sent or received before {seal}.
    error NotSealed();
    /// @notice {seal} was called before.
    error AlreadySealed();

    /// @notice No lane is registered for this chain and finality.
    error UnknownLane(uint256 chain, uint8 finality);
    /// @notice The proof names a source manager that is not a retired remote of this chain.
    error UnknownRemote(uint256 sourceChain, address remote);
    /// @notice The lane was registered before.
    error LaneExists(address lane);
    /// @notice A lane to the own chain.
    error OwnChain(uint256 chain);
    /// @notice EVM chain ids are below 2^64.
    error ChainIdTooLarge(uint256 chain);
    /// @notice The bound on lanes that one {pauseAll} must reach.
    error TooManyLanes(uint256 limit);
    /// @notice Finality codes are 1 fast, 2 safe, 3 final.
    error FinalityNotAccepted(uint256 finality);
    /// @notice The proof is of a lower finality than the one that its sender, or the caller of {verifyLeafAt}, asks for.
    error FinalityTooLow(uint256 finality, uint256 minimum);
    /// @notice The recipient demands a checkpoint of a higher finality. The message stays deliverable under one.
    error FinalityDemanded(address recipient, uint256 demanded, uint256 finality);

    /// @notice The lane is paused until `until` (unix seconds).
    error LaneIsPaused(uint256 chain, uint8 finality, uint256 until);
    /// @notice Everything is paused until `until` (unix seconds).
    error EverythingIsPaused(uint256 until);

    /// @notice The manager takes no native value.
    error ValueNotAccepted(uint256 value);
    /// @notice Data is longer than a message may be.
    error DataTooLong(uint256 length, uint256 limit);
    /// @notice A manager or one of its owners cannot be the target of a message.
    error TargetRefused(address target);
    /// @notice The recipient is not in its canonical ERC-7930 form of an EVM account.
    error RecipientNotCanonical(bytes recipient);
    /// @notice The attribute's parameter is not one 32-byte word.
    error AttributeMalformed(bytes4 selector, uint256 length);
    /// @notice An attribute is given twice.
    error AttributeRepeated(bytes4 selector);
    /// @notice The sender asks for more gas than is ever provided.
    error GasLimitTooHigh(uint256 gasLimit, uint256 limit);
    /// @notice The lane has used up its 2^48 nonces.
    error NonceExhausted(uint256 targetChain);

    /// @notice The proof is shorter than its header.
    error ProofTooShort(uint256 length, uint256 minimum);
    /// @notice `count` bytes are left behind the last whole sibling.
    error TrailingBytes(uint256 count);
    /// @notice A flag bit that this version does not define is set.
    error UnknownFlags(uint256 flags);
    /// @notice The proof asks for the previous group key; there is none in this version.
    error NoPreviousKey();
    /// @notice The root is of an older source epoch than one that was seen.
    error SourceEpochTooOld(uint256 epoch, uint256 minimum);
    /// @notice Header, target and data do not hash to the id for this chain and manager: another message, chain or manager.
    error InvalidMessageId(bytes32 computed, bytes32 given);
    /// @notice The scalar of the signature is not below the group order.
    error SignatureOutOfRange(uint256 s);
    /// @notice The group key did not sign `root`, the root that leaf and siblings lead to.
    error InvalidSignature(bytes32 root);
    /// @notice The nonce of this lane was delivered before.
    /// @param lane Id of the source, see {laneId}.
    /// @param nonce Position on the lane, starting at 1.
    error AlreadyDelivered(address lane, uint256 nonce);
    /// @notice Too little gas is left to give the recipient what the sender asked for.
    error InsufficientGas(uint256 available, uint256 needed);
    /// @notice The recipient reverted; at most 256 bytes of its reason. The message stays deliverable.
    error RecipientReverted(address target, bytes reason);
    /// @notice The recipient did not return its magic value, or has no code; at most 256 bytes of what it returned.
    error RecipientRefused(address target, bytes returned);
    /// @notice In a proof for {verifyLeaf}, nonce, gas limit and sender are zero: the leaf does not bind them.
    error HeaderNotZero();

    /// @notice The group key is not the x coordinate of a point.
    error InvalidKey(uint256 px);
    /// @notice An owner is not a contract.
    error NotTimelock(address owner);
    /// @notice An owner's delay is shorter than its role demands, in seconds.
    error DelayTooShort(address owner, uint256 delay, uint256 minimum);
    /// @notice The devnet flag is for chain ids 31337 to 31399.
    error DevnetRefused(uint256 chain);

    // ------------------------------------------------------------------------------------------------ messages

    /// @notice Sends `data` to `target` on `targetChain`, final, with the default gas. Emits {CrossChainMessage}, {MessageMeta}.
    function sendMessage(uint256 targetChain, address target, bytes calldata data) external payable;

    /// @notice Delivers one message to its target through IERC7786Recipient. Anyone may call it.
    /// @dev The call fails as a whole when the recipient fails, and may be tried again. All gas that is left is given.
    /// @param sourceChain Chain where the message was sent.
    /// @param messageId Its id; the leaf.
    /// @param target Recipient on this chain.
    /// @param data Payload.
    /// @param proof flags 1 | nonce 6 | gasLimit 4 | sender 20 | sourceEpoch 4 | s 32 | R 20 | [remote 20] | siblings 32·k
    function receiveMessage(uint256 sourceChain, bytes32 messageId, address target, bytes calldata data, bytes calldata proof) external;

    /// @notice Checks that the group key certified `leaf` in the final tree of `sourceChain`: receipts, above all. Reverts
    /// if not.
    /// @param proof As for {receiveMessage}, with nonce, gas limit and sender zero, and both finalities final.
    /// @return always true
    function verifyLeaf(uint256 sourceChain, bytes32 leaf, bytes calldata proof) external view returns (bool);

    /// @notice As {verifyLeaf}, for a caller that takes leaves which may still vanish: the proof's asked finality, and so
    /// its checkpoint's, is at least `finality`.
    /// @return always true
    function verifyLeafAt(uint256 sourceChain, bytes32 leaf, bytes calldata proof, uint8 finality) external view returns (bool);

    // ------------------------------------------------------------------------------------------------ administration

    /// @notice Registers a manager on another chain, both directions, for one finality. If the chain has one, that is retired: its messages
    /// stay receivable, new ones go to the new manager. By the deployer before {seal}, by {owner} after it.
    function addLane(uint256 remoteChain, uint8 finality, address remote) external;

    /// @notice Opens the manager and ends the deployer's role for ever.
    function seal() external;

    /// @notice For the recipients of messages: from now on the caller takes them only under checkpoints of `finality` or a
    /// higher one, whatever their senders asked for. 1 takes what the sender asked for, as an account does that never called.
    function setDemandedFinality(uint8 finality) external;

    /// @notice Lets `account` pause, or not. By {owner}.
    function setPauser(address account, bool enabled) external;

    /// @notice Refuses deliveries of the chain's current lane for 72 hours from now. By a pauser. Never shortens a pause.
    function pauseInbound(uint256 sourceChain, uint8 finality) external;
    /// @notice As {pauseInbound}, for a retired lane.
    function pauseRetired(address lane) external;
    /// @notice Refuses sends to a chain for 72 hours from now. By a pauser. Never shortens a pause.
    function pauseOutbound(uint256 targetChain, uint8 finality) external;
    /// @notice Refuses every send and delivery for 72 hours from now. By a pauser.
    function pauseAll() external;
    /// @notice Lifts {pauseInbound}. By {ownerFast}.
    function unpauseInbound(uint256 sourceChain, uint8 finality) external;
    /// @notice Lifts {pauseRetired}. By {ownerFast}.
    function unpauseRetired(address lane) external;
    /// @notice Lifts {pauseOutbound}. By {ownerFast}.
    function unpauseOutbound(uint256 targetChain, uint8 finality) external;
    /// @notice Lifts {pauseAll}; pauses of single lanes stay. By {ownerFast}.
    function unpauseAll() external;

    // ------------------------------------------------------------------------------------------------ views

    /// @notice The source chain of a registered lane, current or retired; 0 if there is none.
    function chainIds(address lane) external view returns (uint256);
    /// @notice Whether the nonce of a lane was delivered; false for nonce 0 and from 2^48.
    function verifiedMessages(address lane, uint256 nonce) external view returns (bool);
    /// @notice Whether the nonce of the chain's current lane was delivered.
    function isDelivered(uint256 sourceChain, uint8 finality, uint256 nonce) external view returns (bool);
    /// @notice Bit i says whether nonce 256·index + i of the lane was delivered. Nonce 0 does not exist.
    function deliveredWord(address lane, uint256 index) external view returns (uint256);
    /// @notice The least finality of a checkpoint under which the recipient takes messages: 1 unless it said otherwise.
    function demandedBy(address recipient) external view returns (uint8 finality);
    /// @notice The id of a lane: its key in {chainIds}, {verifiedMessages}, {deliveredWord}.
    function laneId(uint256 sourceChain, address sourceManager, uint8 finality) external pure returns (address);
    /// @notice Sends to a chain. `nonce` is the last one given; flags bit 0: look at {allPausedUntil}.
    function outbound(uint256 targetChain, uint8 finality)
        external
        view
        returns (address remote, uint48 nonce, uint40 pausedUntil, uint8 flags);
    /// @notice Deliveries from a chain's current manager.
    function inbound(uint256 sourceChain, uint8 finality)
        external
        view
        returns (address remote, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags);
    /// @notice Deliveries of a retired lane; zeros if it is not one.
    function retired(address lane) external view returns (uint64 sourceChain, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags);
    /// @notice x coordinate of the group key; its y is even.
    function groupKey() external view returns (uint256);
    /// @notice Counts group keys, from 1.
    function keyVersion() external view returns (uint64);
    /// @notice keccak256 of the bridge's own chain id; part of everything that is hashed.
    function bridgeId() external view returns (bytes32);
    /// @notice Whether the account may pause.
    function pauser(address account) external view returns (bool);
    /// @notice End of the pause of everything (unix seconds), 0 if there is none; 2^40 − 1 before {seal}.
    function allPausedUntil() external view returns (uint40);
    /// @notice Whether {seal} was called.
    function isSealed() external view returns (bool);
    /// @notice Who may register lanes until {seal}.
    function deployer() external view returns (address);
    /// @notice Timelock of 1 hour: unpauses.
    function ownerFast() external view returns (address);
    /// @notice Timelock of 48 hours: lanes and pausers.
    function owner() external view returns (address);
    /// @notice Timelock of 7 days: kept for the key, without power in this version.
    function ownerSlow() external view returns (address);
}
