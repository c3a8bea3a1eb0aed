// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";
import {Base} from "./Base.sol";
import {CrossChainManager} from "../src/CrossChainManager.sol";
import {ICrossChainManager as I} from "../src/ICrossChainManager.sol";

contract CrossChainManagerTest is Base {
    uint256 private constant A = 42161;
    uint256 private constant PX = 0xC6047F9441ED7D6D3045406E95C07CD85C778E4B8CEF3CA7ABAC09B95C709EE5; // of 2·G, whose y is even
    address private constant REMOTE = address(0x7e3012ab);
    address private constant TARGET = address(0x1234);
    address private constant PAUSER = address(0xBA05E);
    CrossChainManager private m;

    /// @dev Stands for the timelocks that own the manager.
    function getMinDelay() external pure returns (uint256) {
        return 7 days;
    }

    function setUp() external {
        vm.chainId(10);
        vm.warp(1_800_000_000);
        address[] memory pausers = new address[](1);
        pausers[0] = PAUSER;
        m = new CrossChainManager(keccak256("net"), PX, 1, address(this), address(this), address(this), pausers, false);
        m.addLane(A, 3, REMOTE);
        m.seal();
    }

    function _fails(bytes memory err) private {
        vm.expectRevert(err);
    }

    function test_SendGivesNoncesInOrder() external {
        m.sendMessage(A, TARGET, "x");
        bytes32 id = m.sendMessage(InteroperableAddress.formatEvmV1(A, TARGET), "y", new bytes[](0));
        (address remote, uint48 nonce,, uint8 flags) = m.outbound(A, 3);
        require(id != 0 && remote == REMOTE && nonce == 2 && flags == 0, "outbound");
    }

    function test_RevertWhen_SendIsMalformed() external {
        _fails(abi.encodeWithSelector(I.ValueNotAccepted.selector, 1));
        m.sendMessage{value: 1}(A, TARGET, "");
        _fails(abi.encodeWithSelector(I.ZeroValue.selector, "target"));
        m.sendMessage(A, address(0), "");
        _fails(abi.encodeWithSelector(I.UnknownLane.selector, 5, 3));
        m.sendMessage(5, TARGET, "");
        _fails(abi.encodeWithSelector(I.ChainIdTooLarge.selector, 1 << 64));
        m.sendMessage(1 << 64, TARGET, "");
        _fails(abi.encodeWithSelector(I.DataTooLong.selector, 16385, 16384));
        m.sendMessage(A, TARGET, new bytes(16385));
        m.sendMessage(A, TARGET, new bytes(16384));
    }

    function test_RevertWhen_TargetHoldsPower() external {
        address[3] memory refused = [REMOTE, address(m), address(this)];
        for (uint256 i; i < 3; ++i) {
            _fails(abi.encodeWithSelector(I.TargetRefused.selector, refused[i]));
            m.sendMessage(A, refused[i], "");
        }
    }

    function testFuzz_RecipientOtherThanCanonical(bytes calldata recipient) external {
        vm.assume(keccak256(recipient) != keccak256(InteroperableAddress.formatEvmV1(A, TARGET)));
        try m.sendMessage(recipient, "", new bytes[](0)) {
            (uint256 chain, address a) = InteroperableAddress.parseEvmV1(recipient);
            require(keccak256(InteroperableAddress.formatEvmV1(chain, a)) == keccak256(recipient), "not canonical");
        } catch {}
    }

    function test_RevertWhen_RecipientIsNotCanonical() external {
        bytes memory good = InteroperableAddress.formatEvmV1(A, TARGET);
        bytes[4] memory bad = [
            abi.encodePacked(good, uint8(0)),
            abi.encodePacked(hex"0001000003", hex"00a4b1", uint8(20), TARGET),
            abi.encodePacked(hex"0001000002a4b100"),
            InteroperableAddress.formatEvmV1(A, address(0))
        ];
        for (uint256 i; i < 4; ++i) {
            _fails(abi.encodeWithSelector(I.RecipientNotCanonical.selector, bad[i]));
            m.sendMessage(bad[i], "", new bytes[](0));
        }
    }

    function test_RevertWhen_AttributesAreRefused() external {
        _attributeFails(abi.encodeWithSelector(0x39f87ba1, 10_000_001), abi.encodeWithSelector(I.GasLimitTooHigh.selector, 10_000_001, 10_000_000));
        _attributeFails(abi.encodeWithSelector(0x47723216, 1), abi.encodeWithSelector(I.UnknownLane.selector, A, 1));
        _attributeFails(abi.encodeWithSelector(0x47723216, 4), abi.encodeWithSelector(I.FinalityNotAccepted.selector, 4));
        _attributeFails(abi.encodeWithSelector(0xdeadbeef, 1), abi.encodeWithSignature("UnsupportedAttribute(bytes4)", bytes4(0xdeadbeef)));
        _attributeFails(hex"39f87ba1", abi.encodeWithSelector(I.AttributeMalformed.selector, bytes4(0x39f87ba1), 4));
        bytes[] memory twice = new bytes[](2);
        twice[0] = twice[1] = abi.encodeWithSelector(0x39f87ba1, 1);
        _fails(abi.encodeWithSelector(I.AttributeRepeated.selector, bytes4(0x39f87ba1)));
        m.sendMessage(InteroperableAddress.formatEvmV1(A, TARGET), "", twice);
    }

    function _attributeFails(bytes memory attribute, bytes memory err) private {
        bytes[] memory list = new bytes[](1);
        list[0] = attribute;
        _fails(err);
        m.sendMessage(InteroperableAddress.formatEvmV1(A, TARGET), "", list);
    }

    function test_AddLaneRetiresTheOldOne() external {
        m.sendMessage(A, TARGET, "x");
        m.addLane(A, 3, address(0xBEEF));
        (address remote, uint48 nonce,,) = m.outbound(A, 3);
        require(remote == address(0xBEEF) && nonce == 1, "outbound");
        (uint64 chain,, uint32 epoch,) = m.retired(m.laneId(A, REMOTE, 3));
        require(chain == A && epoch == 1, "retired");
        require(m.chainIds(m.laneId(A, REMOTE, 3)) == A && m.chainIds(m.laneId(A, address(0xBEEF), 3)) == A, "chainIds");
        _fails(abi.encodeWithSelector(I.LaneExists.selector, m.laneId(A, REMOTE, 3)));
        m.addLane(A, 3, REMOTE);
    }

    function test_RevertWhen_LaneIsRefused() external {
        _fails(abi.encodeWithSelector(I.ZeroValue.selector, "remoteChain"));
        m.addLane(0, 3, REMOTE);
        _fails(abi.encodeWithSelector(I.OwnChain.selector, 10));
        m.addLane(10, 3, REMOTE);
        _fails(abi.encodeWithSelector(I.ZeroValue.selector, "remote"));
        m.addLane(1, 3, address(0));
        _fails(abi.encodeWithSelector(I.FinalityNotAccepted.selector, 0));
        m.addLane(1, 0, REMOTE);
        _fails(abi.encodeWithSelector(I.FinalityNotAccepted.selector, 4));
        m.addLane(1, 4, REMOTE);
        vm.prank(PAUSER);
        _fails(abi.encodeWithSelector(I.Unauthorized.selector, PAUSER));
        m.addLane(1, 3, REMOTE);
        _fails(abi.encodeWithSelector(I.AlreadySealed.selector));
        m.seal();
    }

    function test_PauseAllStopsExpiresAndIsLifted() external {
        vm.prank(PAUSER);
        m.pauseAll();
        uint256 until = block.timestamp + 72 hours;
        _fails(abi.encodeWithSelector(I.EverythingIsPaused.selector, until));
        m.sendMessage(A, TARGET, "");
        m.unpauseAll();
        m.sendMessage(A, TARGET, "");
        vm.prank(PAUSER);
        m.pauseAll();
        vm.warp(until);
        m.sendMessage(A, TARGET, "");
        require(m.groupKey() == PX, "key");
    }

    function test_PauseOfALaneOutlivesUnpauseAll() external {
        vm.prank(PAUSER);
        m.pauseOutbound(A, 3);
        vm.prank(PAUSER);
        m.pauseAll();
        m.unpauseAll();
        _fails(abi.encodeWithSelector(I.LaneIsPaused.selector, A, 3, block.timestamp + 72 hours));
        m.sendMessage(A, TARGET, "");
        m.unpauseOutbound(A, 3);
        m.sendMessage(A, TARGET, "");
    }

    function testFuzz_OnlyRolesPauseAndUnpause(address who) external {
        vm.assume(who != PAUSER && who != address(this) && who != address(vm));
        bytes memory err = abi.encodeWithSelector(I.Unauthorized.selector, who);
        bytes[9] memory calls = [
            abi.encodeCall(m.pauseAll, ()),
            abi.encodeCall(m.pauseInbound, (A, 3)),
            abi.encodeCall(m.pauseOutbound, (A, 3)),
            abi.encodeCall(m.pauseRetired, (REMOTE)),
            abi.encodeCall(m.unpauseAll, ()),
            abi.encodeCall(m.unpauseInbound, (A, 3)),
            abi.encodeCall(m.unpauseOutbound, (A, 3)),
            abi.encodeCall(m.unpauseRetired, (REMOTE)),
            abi.encodeCall(m.setPauser, (who, true))
        ];
        for (uint256 i; i < 9; ++i) {
            vm.prank(who);
            (bool ok, bytes memory out) = address(m).call(calls[i]);
            require(!ok && keccak256(out) == keccak256(err), "role");
        }
    }

    function testFuzz_ViewsDoNotAliasLanes(address lane, uint256 nonce) external view {
        require(!m.verifiedMessages(lane, nonce), "delivered");
        require(m.deliveredWord(m.laneId(A, REMOTE, 3), nonce) == 0, "word");
    }
}
