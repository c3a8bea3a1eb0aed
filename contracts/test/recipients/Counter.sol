// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The recipient of the gas figures: checks its caller and bumps a counter that is never zero.
contract Counter {
    address private immutable MANAGER;
    uint256 public count = 1;

    constructor(address manager) {
        MANAGER = manager;
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        require(msg.sender == MANAGER);
        unchecked {
            ++count; // starts at 1 and cannot run over
        }
        return 0x2432ef26;
    }
}
