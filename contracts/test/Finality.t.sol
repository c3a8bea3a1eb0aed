// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";
import {Signer} from "./Signer.sol";
import {Counter} from "./recipients/Counter.sol";
import {CrossChainManager} from "../src/CrossChainManager.sol";
import {ICrossChainManager as I} from "../src/ICrossChainManager.sol";

/// @notice Lanes of finality 1, 2 and 3 beside each other.
contract FinalityTest is Signer {
    uint256 private constant A = 42161;
    address private constant REMOTE = address(0x7e3012ab);
    bytes32 private constant BRIDGE = keccak256("net");
    address private constant PAUSER = address(0xBA05E);
    CrossChainManager private m;
    Counter private counter;

    /// @dev Stands for the timelocks that own the manager.
    function getMinDelay() external pure returns (uint256) {
        return 7 days;
    }

    function setUp() external {
        vm.chainId(10);
        vm.warp(1_800_000_000);
        address[] memory pausers = new address[](1);
        pausers[0] = PAUSER;
        m = new CrossChainManager(BRIDGE, PX, 1, address(this), address(this), address(this), pausers, false);
        for (uint8 f = 1; f <= 3; ++f) {
            m.addLane(A, f, REMOTE);
        }
        m.seal();
        counter = new Counter(address(m));
    }

    function _delivery(uint256 nonce, uint256 asked, uint256 reached) private view returns (Delivery memory d) {
        d = Delivery(A, REMOTE, nonce, address(0x5e4de4), address(counter), 0, hex"c0ffee", asked, reached, 1, keccak256("sibling"));
    }

    function _flags(uint256 asked, uint256 reached) private pure returns (uint8) {
        return uint8((asked << 1) | (reached << 3));
    }

    function _deliver(Delivery memory d, uint8 flags) private returns (bool ok, bytes memory out) {
        bytes32 id = _id(BRIDGE, address(m), d);
        bytes memory proof = _proof(BRIDGE, id, d, flags);
        return address(m).call(abi.encodeCall(m.receiveMessage, (d.chain, id, d.target, d.data, proof)));
    }

    function _accepted(Delivery memory d) private {
        (bool ok,) = _deliver(d, _flags(d.asked, d.reached));
        require(ok, "refused");
    }

    function _refused(Delivery memory d, bytes memory err) private {
        (bool ok, bytes memory out) = _deliver(d, _flags(d.asked, d.reached));
        require(!ok && keccak256(out) == keccak256(err), "not that error");
    }

    function _lane(uint256 f) private view returns (address) {
        return m.laneId(A, REMOTE, uint8(f));
    }

    /// @notice Whatever the flags, the message's and the checkpoint's finality: accepted only when all agree and the
    /// checkpoint is at least as final as was asked.
    function testFuzz_OnlyWhatWasAskedAndCertifiedIsAccepted(uint8 wrong, uint8 asked, uint8 reached, uint48 nonce) external {
        vm.assume(nonce != 0);
        asked %= 5;
        reached %= 5;
        uint8 flags = _flags(asked, reached) ^ (wrong % 2 == 0 ? 0 : wrong);
        (bool ok, bytes memory out) = _deliver(_delivery(nonce, asked, reached), flags);
        bool honest = wrong % 2 == 0 && asked > 0 && asked <= 3 && reached <= 3 && reached >= asked;
        require(ok == honest, string(out));
        require(counter.count() == (ok ? 2 : 1), "count");
        for (uint8 f = 1; f <= 3; ++f) {
            require(m.verifiedMessages(_lane(f), nonce) == (ok && f == asked), "bit");
        }
    }

    function test_RevertWhen_ThePairIsNotOrdered() external {
        for (uint256 asked; asked < 4; ++asked) {
            for (uint256 reached; reached < 4; ++reached) {
                Delivery memory d = _delivery(1 + 4 * asked + reached, asked, reached);
                if (asked == 0) _refused(d, abi.encodeWithSelector(I.FinalityNotAccepted.selector, 0));
                else if (reached < asked) _refused(d, abi.encodeWithSelector(I.FinalityTooLow.selector, reached, asked));
                else _accepted(d);
            }
        }
    }

    /// @notice In any order, the same nonce is delivered once on each lane, and no lane's bit is another's.
    function testFuzz_TheSameNonceOnEveryLane(uint48 nonce, uint8 first) external {
        vm.assume(nonce != 0);
        for (uint256 i; i < 3; ++i) {
            uint256 f = 1 + (uint256(first) + i) % 3;
            require(!m.verifiedMessages(_lane(f), nonce) && !m.isDelivered(A, uint8(f), nonce), "another lane's bit");
            _accepted(_delivery(nonce, f, 3));
            require(m.verifiedMessages(_lane(f), nonce) && m.isDelivered(A, uint8(f), nonce), "own bit");
            _refused(_delivery(nonce, f, f), abi.encodeWithSelector(I.AlreadyDelivered.selector, _lane(f), nonce));
        }
        require(counter.count() == 4, "count");
    }

    function testFuzz_DemandIsMet(uint8 demand, uint8 asked, uint8 reached) external {
        demand = 1 + demand % 3;
        asked = 1 + asked % 3;
        reached = asked + reached % (4 - asked);
        vm.prank(address(counter));
        m.setDemandedFinality(demand);
        require(m.demandedBy(address(counter)) == demand, "demand");
        Delivery memory d = _delivery(7, asked, reached);
        if (reached < demand) {
            _refused(d, abi.encodeWithSelector(I.FinalityDemanded.selector, counter, demand, reached));
            require(!m.verifiedMessages(_lane(asked), 7), "spent");
            d.reached = demand > asked ? demand : asked;
        }
        _accepted(d);
    }

    function testFuzz_RevertWhen_DemandIsNoFinality(uint8 demand) external {
        vm.assume(demand == 0 || demand > 3);
        vm.expectRevert(abi.encodeWithSelector(I.FinalityNotAccepted.selector, demand));
        m.setDemandedFinality(demand);
        require(m.demandedBy(address(this)) == 1, "demand");
    }

    function testFuzz_DemandIsTheCallersOwn(address who) external {
        vm.assume(who != address(counter) && who != address(vm));
        vm.prank(who);
        m.setDemandedFinality(3);
        require(m.demandedBy(who) == 3 && m.demandedBy(address(counter)) == 1, "demand");
        _accepted(_delivery(1, 1, 1));
    }

    /// @notice A lane's epoch is its own: a proof of one finality neither voids nor revives roots on another lane.
    function testFuzz_EpochsAreOfALane(uint8 asked, uint8 reached, uint32 epoch) external {
        asked = 1 + asked % 3;
        reached = asked + reached % (4 - asked);
        vm.assume(epoch > 1);
        Delivery memory d = _delivery(1, asked, reached);
        d.epoch = epoch;
        _accepted(d);
        for (uint8 f = 1; f <= 3; ++f) {
            (,, uint32 minimum,) = m.inbound(A, f);
            require(minimum == (f == asked ? epoch : 1), "minimum");
            if (f == asked) _refused(_delivery(2, f, 3), abi.encodeWithSelector(I.SourceEpochTooOld.selector, 1, epoch));
            else _accepted(_delivery(2, f, 3));
        }
    }

    function testFuzz_PausesAreOfALane(uint8 paused, bool outbound) external {
        paused = 1 + paused % 3;
        vm.prank(PAUSER);
        if (outbound) m.pauseOutbound(A, paused);
        else m.pauseInbound(A, paused);
        bytes memory err = abi.encodeWithSelector(I.LaneIsPaused.selector, A, paused, block.timestamp + 72 hours);
        for (uint8 f = 1; f <= 3; ++f) {
            if (f == paused && !outbound) _refused(_delivery(1, f, 3), err);
            else _accepted(_delivery(1, f, 3));
            if (f == paused && outbound) vm.expectRevert(err);
            _send(f);
        }
    }

    function testFuzz_RevertWhen_LaneIsClosed(uint8 f, uint8 reached) external {
        f = 1 + f % 3;
        reached = f + reached % (4 - f);
        address[] memory pausers = new address[](1);
        pausers[0] = PAUSER;
        m = new CrossChainManager(BRIDGE, PX, 1, address(this), address(this), address(this), pausers, false);
        for (uint8 g = 1; g <= 3; ++g) {
            if (g != f) m.addLane(A, g, REMOTE);
        }
        m.seal();
        counter = new Counter(address(m));
        bytes memory err = abi.encodeWithSelector(I.UnknownLane.selector, A, f);
        _refused(_delivery(1, f, reached), err);
        vm.expectRevert(err);
        _send(f);
        m.addLane(A, f, REMOTE);
        _accepted(_delivery(1, f, reached));
        _send(f);
    }

    function _send(uint256 f) private {
        bytes[] memory list = new bytes[](1);
        list[0] = abi.encodeWithSignature("minFinality(uint8)", f);
        m.sendMessage(InteroperableAddress.formatEvmV1(A, address(0x1234)), "y", list);
    }

    function testFuzz_SendCountsByLane(uint8[12] calldata order) external {
        uint256[4] memory sent;
        for (uint256 i; i < order.length; ++i) {
            uint256 f = 1 + order[i] % 4;
            if (f == 4) {
                m.sendMessage(A, address(0x1234), "x"); // the seed's form is final
                f = 3;
            } else {
                _send(f);
            }
            ++sent[f];
        }
        for (uint8 f = 1; f <= 3; ++f) {
            (address remote, uint48 nonce,,) = m.outbound(A, f);
            require(remote == REMOTE && nonce == sent[f], "nonce");
        }
    }

    function testFuzz_RevertWhen_AttributeIsNoFinality(uint256 f) external {
        vm.assume(f == 0 || f > 3);
        vm.expectRevert(abi.encodeWithSelector(I.FinalityNotAccepted.selector, f));
        _send(f);
    }

    function testFuzz_VerifyLeafAsksForItsFinality(uint8 least, uint8 asked, uint8 reached, bytes32 leaf) external view {
        vm.assume(leaf != 0);
        least = 1 + least % 4;
        asked = 1 + asked % 3;
        reached = asked + reached % (4 - asked);
        Delivery memory d = _delivery(0, asked, reached);
        d.from = address(0);
        bytes memory proof = _proof(BRIDGE, leaf, d, _flags(asked, reached));
        (bool ok,) = address(m).staticcall(abi.encodeCall(m.verifyLeafAt, (A, leaf, proof, least)));
        require(ok == (asked >= least), "verifyLeafAt");
        (ok,) = address(m).staticcall(abi.encodeCall(m.verifyLeaf, (A, leaf, proof)));
        require(ok == (asked == 3), "verifyLeaf");
    }
}
