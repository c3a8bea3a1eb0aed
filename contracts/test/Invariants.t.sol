// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Signer} from "./Signer.sol";
import {Hostile} from "./recipients/Hostile.sol";
import {CrossChainManager} from "../src/CrossChainManager.sol";

/// @notice Stands for the timelocks that own the manager.
contract Lock {
    function getMinDelay() external pure returns (uint256) {
        return 7 days;
    }
}

/// @notice Delivers, forges, replays, re-enters, pauses, demands and migrates at random, and keeps a book of its own of
/// what the manager may and may not have done.
contract Handler is Signer {
    uint256 private constant A = 42161;
    bytes32 private constant BRIDGE = keccak256("net");
    address private constant PAUSER = address(0xBA05E);
    uint256 private constant NONCES = 24;

    CrossChainManager public immutable M;
    Hostile public immutable RECIPIENT;
    address private immutable LOCK;
    /// @notice The first word of replay bits that a lane must have.
    mapping(address lane => uint256) public word;
    mapping(uint256 finality => uint256) public minimum;
    mapping(uint256 finality => address) public current;
    mapping(uint256 finality => bool) public paused;
    mapping(uint256 finality => uint256) public deliveries;
    uint256 public demanded = 1;
    /// @notice What went against the book; empty if nothing did.
    string public wrong;

    constructor() {
        address[] memory pausers = new address[](1);
        pausers[0] = PAUSER;
        LOCK = address(new Lock());
        M = new CrossChainManager(BRIDGE, PX, 1, LOCK, LOCK, LOCK, pausers, false);
        RECIPIENT = new Hostile();
        for (uint8 f = 1; f <= 3; ++f) {
            M.addLane(A, f, address(0x7e3012ab));
            current[f] = address(0x7e3012ab);
            minimum[f] = 1;
        }
        M.seal();
    }

    function _pick(uint256 seed) private view returns (Delivery memory d) {
        uint256 asked = 1 + seed % 3;
        d = Delivery({
            chain: A,
            remote: current[asked],
            nonce: 1 + (seed >> 8) % NONCES,
            from: address(0x5e4de4),
            target: address(RECIPIENT),
            gasLimit: 0,
            data: "",
            asked: asked,
            reached: asked + (seed >> 16) % (4 - asked),
            epoch: minimum[asked] + ((seed >> 24) % 16 == 0 ? 1 : 0),
            sibling: keccak256("sibling")
        });
    }

    function _call(Delivery memory d, uint8 flags) private view returns (bytes memory) {
        bytes32 id = _id(BRIDGE, address(M), d);
        return abi.encodeCall(M.receiveMessage, (d.chain, id, d.target, d.data, _proof(BRIDGE, id, d, flags)));
    }

    function _flags(Delivery memory d) private pure returns (uint8) {
        return uint8((d.asked << 1) | (d.reached << 3));
    }

    function _lane(Delivery memory d) private view returns (address) {
        return M.laneId(A, d.remote, uint8(d.asked));
    }

    /// @dev What the book says of a delivery at this moment.
    function _open(Delivery memory d) private view returns (bool) {
        return !paused[d.asked] && d.epoch >= minimum[d.asked] && (word[_lane(d)] >> d.nonce) & 1 == 0
            && (d.reached == 3 || d.reached >= demanded);
    }

    function _enter(Delivery memory d) private {
        word[_lane(d)] |= 1 << d.nonce;
        minimum[d.asked] = d.epoch;
        ++deliveries[d.asked];
    }

    function deliver(uint256 seed) external {
        Delivery memory d = _pick(seed);
        bool want = _open(d);
        RECIPIENT.set(false, "");
        (bool ok,) = address(M).call(_call(d, _flags(d)));
        if (ok != want) wrong = ok ? "delivered against the book" : "refused against the book";
        if (ok) _enter(d);
    }

    /// @dev The recipient calls back with a delivery of any lane, the same message among them.
    function deliverReentrantly(uint256 seed, uint256 inside) external {
        Delivery memory d = _pick(seed);
        Delivery memory i = inside % 3 == 0 ? d : _pick(inside);
        RECIPIENT.set(false, _call(i, _flags(i)));
        bool want = _open(d);
        (bool ok,) = address(M).call(_call(d, _flags(d)));
        if (ok != want) wrong = "re-entered: against the book";
        if (!ok) return;
        _enter(d);
        if (_open(i)) _enter(i);
    }

    /// @dev A recipient that reverts spends nothing: neither the bit nor the epoch.
    function deliverToRefuser(uint256 seed) external {
        Delivery memory d = _pick(seed);
        RECIPIENT.set(true, "");
        (bool ok,) = address(M).call(_call(d, _flags(d)));
        if (ok) wrong = "a refused message was delivered";
        RECIPIENT.set(false, "");
    }

    /// @dev Something that was never sent or certified like this.
    function forge(uint256 seed, uint8 kind, uint8 by) external {
        Delivery memory d = _pick(seed);
        uint8 flags = _flags(d);
        bytes memory call = _call(d, flags);
        kind %= 5;
        if (kind == 0) {
            call[4 + by % 36] ^= bytes1(uint8(1) << (by % 8)); // chain, first bytes of the id
        } else if (kind == 1) {
            call = _call(d, flags ^ (1 + by % 255)); // certified at another finality than the proof says
        } else if (kind == 2) {
            d.chain = 1 + uint256(by); // of a chain without a lane
            call = _call(d, flags);
        } else if (kind == 3) {
            d.remote = address(uint160(d.remote) ^ (1 + uint160(by))); // of another manager
            call = _call(d, flags);
        } else {
            d.epoch = 0;
            call = _call(d, flags);
        }
        RECIPIENT.set(false, "");
        (bool ok,) = address(M).call(call);
        if (ok) wrong = "a forgery was delivered";
    }

    function pause(uint8 f) external {
        f = 1 + f % 3;
        vm.prank(PAUSER);
        M.pauseInbound(A, f);
        paused[f] = true;
    }

    function unpause(uint8 f) external {
        f = 1 + f % 3;
        vm.prank(LOCK);
        M.unpauseInbound(A, f);
        paused[f] = false;
    }

    function demand(uint8 f) external {
        demanded = 1 + f % 3;
        RECIPIENT.demand(address(M), uint8(demanded));
    }

    /// @dev A new manager of one finality: a new lane with nonces and epochs of its own. Its pause stays.
    function migrate(uint8 f, uint8 rare) external {
        if (rare % 8 != 0) return;
        f = 1 + f % 3;
        current[f] = address(uint160(current[f]) + 1);
        vm.prank(LOCK);
        M.addLane(A, f, current[f]);
        minimum[f] = 1;
    }

    /// @notice Whether the manager's bits of the current lanes are those of the book.
    function agrees() external view returns (bool) {
        for (uint8 f = 1; f <= 3; ++f) {
            address lane = M.laneId(A, current[f], f);
            if (M.deliveredWord(lane, 0) != word[lane]) return false;
            (,, uint32 epoch,) = M.inbound(A, f);
            if (epoch != minimum[f]) return false;
        }
        return true;
    }
}

contract InvariantsTest is Signer {
    Handler private h;

    function setUp() external {
        vm.chainId(10);
        vm.warp(1_800_000_000);
        h = new Handler();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(h);
    }

    /// @notice INVARIANT: I-01, I-02. Nothing forged arrives, nothing arrives twice, and each lane's bits and epoch are
    /// what was delivered on it, whatever recipients do and whatever happens on lanes of other finalities.
    function invariant_DeliveriesAreThoseOfTheBook() external view {
        require(bytes(h.wrong()).length == 0, h.wrong());
        require(!h.RECIPIENT().repeated(), "an id arrived twice");
        require(h.RECIPIENT().total() == h.deliveries(1) + h.deliveries(2) + h.deliveries(3), "arrivals");
        require(h.agrees(), "bits or epochs");
    }
}
