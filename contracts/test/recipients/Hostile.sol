// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A recipient that counts what reaches it by id and does what it was told before: accept, revert, or call its
/// manager from inside with some data, whatever comes of it, and then accept.
contract Hostile {
    /// @notice How often an id arrived in calls that were not undone.
    mapping(bytes32 id => uint256) public times;
    /// @notice All arrivals, and whether any id arrived twice.
    uint256 public total;
    bool public repeated;

    bool private reverts;
    bytes private inner;

    function set(bool reverts_, bytes calldata inner_) external {
        reverts = reverts_;
        inner = inner_;
    }

    /// @notice Says to a manager what it demands.
    function demand(address manager, uint8 finality) external {
        (bool ok,) = manager.call(abi.encodeWithSignature("setDemandedFinality(uint8)", finality));
        require(ok);
    }

    function receiveMessage(bytes32 id, bytes calldata, bytes calldata) external payable returns (bytes4) {
        require(!reverts, "hostile");
        ++total;
        if (++times[id] > 1) repeated = true;
        bytes memory data = inner;
        if (data.length > 0) {
            delete inner; // once: an inner delivery does not nest further
            (bool ok,) = msg.sender.call(data);
            ok;
        }
        return 0x2432ef26;
    }
}
