// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @title Inbox: the devnet's recipient. Takes whatever its manager delivers and counts it.
contract Inbox is IERC7786Recipient {
    /// @notice A message arrived.
    event Received(bytes32 indexed receiveId, bytes sender, bytes payload);

    /// @notice The caller is not the manager.
    error NotManager(address caller);
    /// @notice The manager delivered the same id twice, which must never happen.
    error Repeated(bytes32 receiveId);

    /// @notice The only caller that is listened to.
    address public immutable manager;
    /// @notice Messages received.
    uint256 public count;
    /// @notice Whether a message with this id arrived.
    mapping(bytes32 receiveId => bool) public received;

    constructor(address manager_) {
        manager = manager_;
    }

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32 receiveId, bytes calldata sender, bytes calldata payload) external payable returns (bytes4) {
        if (msg.sender != manager) revert NotManager(msg.sender);
        if (received[receiveId]) revert Repeated(receiveId);
        received[receiveId] = true;
        ++count;
        emit Received(receiveId, sender, payload);
        return IERC7786Recipient.receiveMessage.selector;
    }
}
