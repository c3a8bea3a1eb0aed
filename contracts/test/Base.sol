// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The cheat codes of forge that the tests use.
interface Vm {
    function addr(uint256) external pure returns (address);
    function chainId(uint256) external;
    function prank(address) external;
    function warp(uint256) external;
    function assume(bool) external pure;
    function expectRevert(bytes calldata) external;
    function readFile(string calldata) external view returns (string memory);
    function toString(uint256) external pure returns (string memory);
    function keyExistsJson(string calldata, string calldata) external view returns (bool);
    function parseJsonUint(string calldata, string calldata) external pure returns (uint256);
    function parseJsonAddress(string calldata, string calldata) external pure returns (address);
    function parseJsonBytes32(string calldata, string calldata) external pure returns (bytes32);
    function parseJsonBytes(string calldata, string calldata) external pure returns (bytes memory);
    function parseJsonBytes32Array(string calldata, string calldata) external pure returns (bytes32[] memory);
    function parseJsonBool(string calldata, string calldata) external pure returns (bool);
}

abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
}
