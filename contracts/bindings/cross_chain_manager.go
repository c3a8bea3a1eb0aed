// SPDX-License-Identifier: MIT

// Code generated - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package bindings

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"time"

	ethereum "github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/event"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = errors.New
	_ = big.NewInt
	_ = strings.NewReader
	_ = ethereum.NotFound
	_ = bind.Bind
	_ = common.Big1
	_ = types.BloomLookup
	_ = event.NewSubscription
	_ = abi.ConvertType
	_ = time.Tick
	_ = context.Background
)

// CrossChainManagerMetaData contains all meta data concerning the CrossChainManager contract.
var CrossChainManagerMetaData = &bind.MetaData{
	ABI: "[{\"type\":\"constructor\",\"inputs\":[{\"name\":\"bridgeId_\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"px\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"keyVersion_\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"ownerFast_\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"owner_\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"ownerSlow_\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"pausers\",\"type\":\"address[]\",\"internalType\":\"address[]\"},{\"name\":\"devnet\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"addLane\",\"inputs\":[{\"name\":\"remoteChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"},{\"name\":\"remote\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"allPausedUntil\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint40\",\"internalType\":\"uint40\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"bridgeId\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"chainIds\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[{\"name\":\"\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"deliveredWord\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"index\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"word\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"demandedBy\",\"inputs\":[{\"name\":\"recipient\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"deployer\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"groupKey\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"inbound\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[{\"name\":\"remote\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"pausedUntil\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"minSourceEpoch\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"flags\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"isDelivered\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"},{\"name\":\"nonce\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"isSealed\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"keyVersion\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"uint64\",\"internalType\":\"uint64\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"laneId\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"sourceManager\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"pure\"},{\"type\":\"function\",\"name\":\"outbound\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[{\"name\":\"remote\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"nonce\",\"type\":\"uint48\",\"internalType\":\"uint48\"},{\"name\":\"pausedUntil\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"flags\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"owner\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"ownerFast\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"ownerSlow\",\"inputs\":[],\"outputs\":[{\"name\":\"\",\"type\":\"address\",\"internalType\":\"address\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"pauseAll\",\"inputs\":[],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"pauseInbound\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"pauseOutbound\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"pauseRetired\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"pauser\",\"inputs\":[{\"name\":\"account\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"receiveMessage\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"messageId\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"target\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"data\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"retired\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[{\"name\":\"sourceChain\",\"type\":\"uint64\",\"internalType\":\"uint64\"},{\"name\":\"pausedUntil\",\"type\":\"uint40\",\"internalType\":\"uint40\"},{\"name\":\"minSourceEpoch\",\"type\":\"uint32\",\"internalType\":\"uint32\"},{\"name\":\"flags\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"seal\",\"inputs\":[],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"sendMessage\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"target\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"data\",\"type\":\"bytes\",\"internalType\":\"bytes\"}],\"outputs\":[],\"stateMutability\":\"payable\"},{\"type\":\"function\",\"name\":\"sendMessage\",\"inputs\":[{\"name\":\"recipient\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"payload\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"attributes\",\"type\":\"bytes[]\",\"internalType\":\"bytes[]\"}],\"outputs\":[{\"name\":\"sendId\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}],\"stateMutability\":\"payable\"},{\"type\":\"function\",\"name\":\"setDemandedFinality\",\"inputs\":[{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"setPauser\",\"inputs\":[{\"name\":\"account\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"enabled\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"supportsAttribute\",\"inputs\":[{\"name\":\"selector\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"pure\"},{\"type\":\"function\",\"name\":\"unpauseAll\",\"inputs\":[],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"unpauseInbound\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"unpauseOutbound\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"unpauseRetired\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"}],\"outputs\":[],\"stateMutability\":\"nonpayable\"},{\"type\":\"function\",\"name\":\"verifiedMessages\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"nonce\",\"type\":\"uint256\",\"internalType\":\"uint256\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"verifyLeaf\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"leaf\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"function\",\"name\":\"verifyLeafAt\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"leaf\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"proof\",\"type\":\"bytes\",\"internalType\":\"bytes\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}],\"outputs\":[{\"name\":\"\",\"type\":\"bool\",\"internalType\":\"bool\"}],\"stateMutability\":\"view\"},{\"type\":\"event\",\"name\":\"CrossChainMessage\",\"inputs\":[{\"name\":\"fromChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"toChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"messageId\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"target\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"data\",\"type\":\"bytes\",\"indexed\":false,\"internalType\":\"bytes\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"DemandedFinalitySet\",\"inputs\":[{\"name\":\"recipient\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},{\"name\":\"finality\",\"type\":\"uint8\",\"indexed\":false,\"internalType\":\"uint8\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"EverythingPaused\",\"inputs\":[{\"name\":\"until\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"by\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"EverythingUnpaused\",\"inputs\":[{\"name\":\"by\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"InboundPaused\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"lane\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},{\"name\":\"until\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"by\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"InboundSet\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"indexed\":true,\"internalType\":\"uint8\"},{\"name\":\"remote\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"lane\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"InboundUnpaused\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"lane\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},{\"name\":\"by\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"LaneRetired\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"indexed\":true,\"internalType\":\"uint8\"},{\"name\":\"remote\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"},{\"name\":\"lane\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"MessageDelivered\",\"inputs\":[{\"name\":\"messageId\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"relayer\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"MessageMeta\",\"inputs\":[{\"name\":\"messageId\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"packed\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"MessageSent\",\"inputs\":[{\"name\":\"sendId\",\"type\":\"bytes32\",\"indexed\":true,\"internalType\":\"bytes32\"},{\"name\":\"sender\",\"type\":\"bytes\",\"indexed\":false,\"internalType\":\"bytes\"},{\"name\":\"recipient\",\"type\":\"bytes\",\"indexed\":false,\"internalType\":\"bytes\"},{\"name\":\"payload\",\"type\":\"bytes\",\"indexed\":false,\"internalType\":\"bytes\"},{\"name\":\"value\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"attributes\",\"type\":\"bytes[]\",\"indexed\":false,\"internalType\":\"bytes[]\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"OutboundPaused\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"indexed\":true,\"internalType\":\"uint8\"},{\"name\":\"until\",\"type\":\"uint256\",\"indexed\":false,\"internalType\":\"uint256\"},{\"name\":\"by\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"OutboundSet\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"indexed\":true,\"internalType\":\"uint8\"},{\"name\":\"remote\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"OutboundUnpaused\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"indexed\":true,\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"indexed\":true,\"internalType\":\"uint8\"},{\"name\":\"by\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"PauserSet\",\"inputs\":[{\"name\":\"account\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},{\"name\":\"enabled\",\"type\":\"bool\",\"indexed\":false,\"internalType\":\"bool\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"Sealed\",\"inputs\":[{\"name\":\"deployer\",\"type\":\"address\",\"indexed\":false,\"internalType\":\"address\"}],\"anonymous\":false},{\"type\":\"event\",\"name\":\"SourceEpochRaised\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},{\"name\":\"epoch\",\"type\":\"uint32\",\"indexed\":false,\"internalType\":\"uint32\"}],\"anonymous\":false},{\"type\":\"error\",\"name\":\"AlreadyDelivered\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"nonce\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"AlreadySealed\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"AttributeMalformed\",\"inputs\":[{\"name\":\"selector\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"},{\"name\":\"length\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"AttributeRepeated\",\"inputs\":[{\"name\":\"selector\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}]},{\"type\":\"error\",\"name\":\"ChainIdTooLarge\",\"inputs\":[{\"name\":\"chain\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"DataTooLong\",\"inputs\":[{\"name\":\"length\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"limit\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"DelayTooShort\",\"inputs\":[{\"name\":\"owner\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"delay\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"minimum\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"DevnetRefused\",\"inputs\":[{\"name\":\"chain\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"EverythingIsPaused\",\"inputs\":[{\"name\":\"until\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"FinalityDemanded\",\"inputs\":[{\"name\":\"recipient\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"demanded\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"FinalityNotAccepted\",\"inputs\":[{\"name\":\"finality\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"FinalityTooLow\",\"inputs\":[{\"name\":\"finality\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"minimum\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"GasLimitTooHigh\",\"inputs\":[{\"name\":\"gasLimit\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"limit\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"HeaderNotZero\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"InsufficientGas\",\"inputs\":[{\"name\":\"available\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"needed\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"InvalidKey\",\"inputs\":[{\"name\":\"px\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"InvalidMessageId\",\"inputs\":[{\"name\":\"computed\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"},{\"name\":\"given\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"InvalidSignature\",\"inputs\":[{\"name\":\"root\",\"type\":\"bytes32\",\"internalType\":\"bytes32\"}]},{\"type\":\"error\",\"name\":\"LaneExists\",\"inputs\":[{\"name\":\"lane\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"LaneIsPaused\",\"inputs\":[{\"name\":\"chain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"},{\"name\":\"until\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"NoPreviousKey\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"NonceExhausted\",\"inputs\":[{\"name\":\"targetChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"NotSealed\",\"inputs\":[]},{\"type\":\"error\",\"name\":\"NotTimelock\",\"inputs\":[{\"name\":\"owner\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"OwnChain\",\"inputs\":[{\"name\":\"chain\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"ProofTooShort\",\"inputs\":[{\"name\":\"length\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"minimum\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"RecipientNotCanonical\",\"inputs\":[{\"name\":\"recipient\",\"type\":\"bytes\",\"internalType\":\"bytes\"}]},{\"type\":\"error\",\"name\":\"RecipientRefused\",\"inputs\":[{\"name\":\"target\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"returned\",\"type\":\"bytes\",\"internalType\":\"bytes\"}]},{\"type\":\"error\",\"name\":\"RecipientReverted\",\"inputs\":[{\"name\":\"target\",\"type\":\"address\",\"internalType\":\"address\"},{\"name\":\"reason\",\"type\":\"bytes\",\"internalType\":\"bytes\"}]},{\"type\":\"error\",\"name\":\"SignatureOutOfRange\",\"inputs\":[{\"name\":\"s\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"SourceEpochTooOld\",\"inputs\":[{\"name\":\"epoch\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"minimum\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"TargetRefused\",\"inputs\":[{\"name\":\"target\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"TooManyLanes\",\"inputs\":[{\"name\":\"limit\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"TrailingBytes\",\"inputs\":[{\"name\":\"count\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"Unauthorized\",\"inputs\":[{\"name\":\"caller\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"UnknownFlags\",\"inputs\":[{\"name\":\"flags\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"UnknownLane\",\"inputs\":[{\"name\":\"chain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"finality\",\"type\":\"uint8\",\"internalType\":\"uint8\"}]},{\"type\":\"error\",\"name\":\"UnknownRemote\",\"inputs\":[{\"name\":\"sourceChain\",\"type\":\"uint256\",\"internalType\":\"uint256\"},{\"name\":\"remote\",\"type\":\"address\",\"internalType\":\"address\"}]},{\"type\":\"error\",\"name\":\"UnsupportedAttribute\",\"inputs\":[{\"name\":\"selector\",\"type\":\"bytes4\",\"internalType\":\"bytes4\"}]},{\"type\":\"error\",\"name\":\"ValueNotAccepted\",\"inputs\":[{\"name\":\"value\",\"type\":\"uint256\",\"internalType\":\"uint256\"}]},{\"type\":\"error\",\"name\":\"ZeroValue\",\"inputs\":[{\"name\":\"field\",\"type\":\"string\",\"internalType\":\"string\"}]}]",
	Bin: "0x610120806040523461048b576148ea803803809161001d82856104bb565b83398101906101008183031261048b578051602082015160408301516001600160401b0381169391929084900361048b5761005a606083016104de565b610066608084016104de565b9161007360a085016104de565b60c08501519094906001600160401b03811161048b5781019780601f8a01121561048b578851986001600160401b038a116104a7578960051b906040519a6100be602084018d6104bb565b8b526020808c019282010192831161048b57602001905b82821061048f5750505060e00151801515810361048b57811561045a57851561042f5770014551231950b75fc4402da1732fc9bebe198610806103e6575b156103d35786156103a057875115610370574660401c61035d578080610347575b6103345780156103265761014d61ffff5f5b16846104f2565b80156103165761016362ffffff5f5b16856104f2565b15610306576101725f856104f2565b6080523360a05260c05260e05261010052600160281b600160781b03195f908155600191909155600280546001600160401b031916929092179091555b815181101561024b57600581901b8201602001516001600160a01b031690811561021c57816001925f52600860205260405f208360ff198254161790557fa11b5803b8a35081b8f993e0dee5bc30301a3d83f644e5ab2ff39f972f0a807f6020604051858152a2016101af565b60405163046c82ad60e41b81526020600482015260066024820152653830bab9b2b960d11b6044820152606490fd5b60405161432290816105c88239608051818181610329015281816107c701528181611c91015281816138970152613f3c015260a05181818161166c015281816116da0152612def015260c051818181610e30015281816120bd015281816125b201528181612880015281816129790152818161302801526139b7015260e0518181816110670152818161206501528181612549015281816126b5015261397801526101005181818161200d01528181612f5001526139390152f35b61017262ffffff62093a8061015c565b61016362ffffff6202a30061015c565b61014d61ffff610e10610146565b631cb8621560e11b5f524660045260245ffd5b50617a694610806101345750617aa74611610134565b631063f20160e11b5f524660045260245ffd5b60405163046c82ad60e41b81526020600482015260076024820152667061757365727360c81b6044820152606490fd5b60405163046c82ad60e41b815260206004820152600a60248201526935b2bcab32b939b4b7b760b11b6044820152606490fd5b85631d27158760e31b5f5260045260245ffd5b5060205f608060405160018152601b848201528960408201526001606082015282805260015afa15610424575f516001600160a01b03161515610113565b6040513d5f823e3d90fd5b60405163046c82ad60e41b81526020600482015260026024820152610e0f60f31b6044820152606490fd5b60405163046c82ad60e41b8152602060048201526008602482015267189c9a5919d9525960c21b6044820152606490fd5b5f80fd5b6020809161049c846104de565b8152019101906100d5565b634e487b7160e01b5f52604160045260245ffd5b601f909101601f19168101906001600160401b038211908210176104a757604052565b51906001600160a01b038216820361048b57565b6001600160a01b038116908115610599573b156105875760405163793d064960e11b815290602082600481845afa918215610424575f92610553575b5082821061053b57505050565b63d22b504d60e01b5f5260045260245260445260645ffd5b9091506020813d60201161057f575b8161056f602093836104bb565b8101031261048b5751905f61052e565b3d9150610562565b63167cd5f360e21b5f5260045260245ffd5b60405163046c82ad60e41b815260206004820152600560248201526437bbb732b960d91b6044820152606490fdfe60806040526004361015610011575f80fd5b5f3560e01c806309dd9413146131f55780630a1289ad1461318d5780630adf24cd146130fa5780630ff66f9914612fd7578063223fc3dc14612f745780632751c13014612f0657806332d43bc214612e6e5780633fb27b8514612d82578063447b1a6214612d3d5780635052edb514612c5c578063595c6a6714612b295780635ccc3c2714612a3f578063631f9852146129e2578063643165df1461299d578063664068df1461292f5780636c50bea5146128325780637056f41f146127b95780637180c8ca146126595780638a2ddd031461256d5780638da5cb5b146124ff5780639037d9ca146124c457806391c348ec14612464578063beebc4b114612368578063c1e39fed146122cd578063cdfe7f5c146116fe578063d5f3948814611690578063d94c482214610fc2578063dc680a0f14610f03578063e26fe6c214610dde578063e67a97141461069f578063eab582d5146105dc578063ec7de25014610407578063f13bcb8f1461034c578063f570bb36146102f4578063f57d37cb1461027b578063f81c167f146102015763f89a0509146101b0575f80fd5b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760206101f56101ec61332d565b60243590613518565b604051908152f35b5f80fd5b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd575f547fffffffffffffffffffffffffffffffffff00000000000000000000000000000081106102725764ffffffffff602091165b64ffffffffff60405191168152f35b5060205f610263565b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5773ffffffffffffffffffffffffffffffffffffffff6102c761332d565b165f52600a60205260ff60405f20541680156102ec575b60209060ff60405191168152f35b5060016102de565b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760206040517f00000000000000000000000000000000000000000000000000000000000000008152f35b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760043560ff81168091036101fd57801580156103fd575b6103d257335f52600a6020528060405f20556040519081527f0179cb27e57cad11f875b185cf51e1a556e61ebcb13303f07703d7c6cc197ad760203392a2005b7fce50cb2a000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5060038111610392565b346101fd5760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760243560043560443567ffffffffffffffff81116101fd5761045c903690600401613396565b6064359160ff83168093036101fd5782156105b0578415610552576104818282613adb565b92603e60208560f81c1703610543575b60038460f91c168181106105155750507dffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8360081c166104ed576104e2946104d984848488613ba5565b97915050613e8b565b602060405160018152f35b7f299d8258000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f59fcf0eb000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b61054c84613b19565b50610491565b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600460248201527f6c656166000000000000000000000000000000000000000000000000000000006044820152fd5b7fce50cb2a000000000000000000000000000000000000000000000000000000005f525f60045260245ffd5b346101fd5760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57610613613350565b60443560ff81168091036101fd5761069673ffffffffffffffffffffffffffffffffffffffff91826020941660043573ffffffffffffffffffffffffffffffffffffffff92608092604051927f18c7c779f2544fff79dcc296f39246444d439dc5151453b74d8383c2f33419b18452602084015260408301526060820152201690565b16604051908152f35b346101fd5760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd576024356004356106dc613373565b9060643567ffffffffffffffff81116101fd576106fd903690600401613396565b9160843567ffffffffffffffff81116101fd5761071e903690600401613396565b61072a81839593613adb565b93603e60208660f81c1703610d3f575b61074685838387613ba5565b9265ffffffffffff8960c8969394961c169363ffffffff8a60a81c169673ffffffffffffffffffffffffffffffffffffffff8b60081c16928615610ce1578315610c835773ffffffffffffffffffffffffffffffffffffffff8e16908115610c24578f918e8c8f8f6107eb948f929a60038f9c60f91c169e8f9330908a46917f0000000000000000000000000000000000000000000000000000000000000000613e0b565b828103610bf4575091858d9261080295948e613e8b565b606085901b60d08a901c64ffffffffff16175f9081526006602052604090208054600160c88c901c60ff161b80821790925516610baf5750601f01358060e01c9363ffffffff8360c81c168503610ae8575b505050505080155f14610ae2575062030d40935b61271061087484614242565b95019281885f9760897effffffffffffffffffffffffffffffffffffffff00000000000000000000005f99604051966006851160010160051b957f2432ef2600000000000000000000000000000000000000000000000000000000895260048901526060602489015285608001604489015284601a0160648901525f60a48901527e010000000000000000000000000000000000000000000000000000000000008560d81b1760848901528460031b610100031b8388015260501b167f14000000000000000000000000000000000000000000000000000000000000001791850101528201938160848601525f60a4838701015260a48501375f80525a92848460061c850310928315610a70575b505050610a42575050156109bd57827fd94698a25cf4e3e5170689d076df31e0c73fabd5b56539892e7ae8216c594b186020604051338152a2005b15610a04576109ca6142f5565b90610a006040519283927fd63240ac00000000000000000000000000000000000000000000000000000000845260048401614212565b0390fd5b610a0c6142f5565b90610a006040519283927fa121380100000000000000000000000000000000000000000000000000000000845260048401614212565b7f23e228cb000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b60209497505f9396508285927fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f6084940116010301019082885af192837f2432ef26000000000000000000000000000000000000000000000000000000005f5114601f3d11161692878080610982565b93610868565b7e3363345b1cc898030a0dc97340dbdb74cc00d4e2b680440e30f984d1c07924936020937fffffff00000000ffffffffffffffffffffffffffffffffffffffffffffffffff7cffffffff0000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff9560181c16911617908a60fd1c155f14610b9d57610b7e908a61358f565b5f526004845260405f20555b6040519485521692a28780808080610854565b50815f526005845260405f2055610b8a565b73ffffffffffffffffffffffffffffffffffffffff857f56d49112000000000000000000000000000000000000000000000000000000005f521660045260245260445ffd5b90507f6c86fa3a000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b6040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600660248201527f74617267657400000000000000000000000000000000000000000000000000006044820152606490fd5b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600660248201527f73656e64657200000000000000000000000000000000000000000000000000006044820152fd5b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600560248201527f6e6f6e63650000000000000000000000000000000000000000000000000000006044820152fd5b610d4885613b19565b600381141580610db3575b610d5d575061073a565b73ffffffffffffffffffffffffffffffffffffffff8816805f52600a60205260405f2054907f0ddb3d50000000000000000000000000000000000000000000000000000000005f5260045260245260445260645ffd5b5073ffffffffffffffffffffffffffffffffffffffff88165f52600a60205260405f20548110610d53565b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57600435610e1861331d565b9073ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000163303610ed757610e8460ff7fffffffffffffff0000000000ffffffffffffffffffffffffffffffffffffffff931682613621565b93915f5260046020521660405f20557f7374b62a476bf7cd239f706d7f6946c475c4ea1108314805d614c0b4afddcd7d602073ffffffffffffffffffffffffffffffffffffffff604051943386521693a3005b7f8e4a23d6000000000000000000000000000000000000000000000000000000005f523360045260245ffd5b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd576004357fffffffff0000000000000000000000000000000000000000000000000000000081168091036101fd57807f39f87ba10000000000000000000000000000000000000000000000000000000060209214908115610f98575b506040519015158152f35b7f477232160000000000000000000000000000000000000000000000000000000091501482610f8d565b346101fd5760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57600435610ffc61331d565b90611005613373565b5f547fffffffffffffffffffffffffffffffffff00000000000000000000000000000093907fffffffffffffffffffffffffffffffffff00000000000000000000ffffffffff146116555773ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000005b163303610ed75782156115f75773ffffffffffffffffffffffffffffffffffffffff8216908115611599578360401c61156d574684146115415760ff169384158015611537575b61150b5761112c85838673ffffffffffffffffffffffffffffffffffffffff92608092604051927f18c7c779f2544fff79dcc296f39246444d439dc5151453b74d8383c2f33419b18452602084015260408301526060820152201690565b9273ffffffffffffffffffffffffffffffffffffffff841690815f52600760205260405f20546114df577fba97e613a07fad8f5f11bb23e2b80b7bbd06ca9b71159b9e691ad9a5aea2d78487928792611185858561358f565b97885f5260046020527901000000000000000000000000000000000000000000000000008878ffffffffff000000000000000000000000000000000000000060405f2054806113d9575b8c5f52600460205216171760405f2055825f5260076020528460405f205560601b5f526006602052600160405f20556112326040519283928390929173ffffffffffffffffffffffffffffffffffffffff60209181604085019616845216910152565b0390a3825f52600360205260405f20549081156112de575b917fb2eb31cdbb7aab77a3fa4a31fe8d1fc82b4c0a07e0e8be3adfce86c733bd3072937fffffffffffffffffffffffff000000000000000000000000000000000000000082936020955f5410155f146112d7577f0100000000000000000000000000000000000000000000000000000000000000925b5f526003865216171760405f2055604051908152a3005b5f926112c0565b60099291925493604085146113ac576801000000000000000085101561137f577fffffffffffffffffffffffff000000000000000000000000000000000000000060209484936113558860017fb2eb31cdbb7aab77a3fa4a31fe8d1fc82b4c0a07e0e8be3adfce86c733bd30729a0160095561342c565b81549060031b9068ffffffffffffffffff808816831b921b1916179055935093945050935061124a565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b7fc20c4866000000000000000000000000000000000000000000000000000000005f52604060045260245ffd5b89897f2257533e4de0ca7c19ab9b034c84183c33c86888e796cf3c7270eb03720276f873ffffffffffffffffffffffffffffffffffffffff8085166114d761147186838773ffffffffffffffffffffffffffffffffffffffff92608092604051927f18c7c779f2544fff79dcc296f39246444d439dc5151453b74d8383c2f33419b18452602084015260408301526060820152201690565b91825f526005602052857fffffffffffffffffffffffff000000000000000000000000000000000000000089161760405f205560405193849316908390929173ffffffffffffffffffffffffffffffffffffffff60209181604085019616845216910152565b0390a36111cf565b507ff7fb9103000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b847fce50cb2a000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50600385116110ce565b837f4d774ab8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b837f20c7e402000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600660248201527f72656d6f746500000000000000000000000000000000000000000000000000006044820152fd5b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600b60248201527f72656d6f7465436861696e0000000000000000000000000000000000000000006044820152fd5b73ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000611087565b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b60607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760043567ffffffffffffffff81116101fd57611748903690600401613396565b60243567ffffffffffffffff81116101fd57611768903690600401613396565b919067ffffffffffffffff604435116101fd573660236044350112156101fd5767ffffffffffffffff60443560040135116101fd576044356004013560051b93366024866044350101116101fd5780359460ff8660d81c16926107f88760d51c1696600585850101359473ffffffffffffffffffffffffffffffffffffffff8660581c1615159160148760f81c149160058701358b610100031c7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff88c011c15159162010000821515602184101692601a018b149160e01c14161616161615612291575f968796906003885b604435600401358a1015611b505760248a60051b604435010135907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbd6044353603018212156101fd5767ffffffffffffffff602483604435010135116101fd576044803583019081019c906024013536038d136101fd5760ff9c357fffffffff000000000000000000000000000000000000000000000000000000008082166004602487604435010135109283611b34575b5016907f39f87ba1000000000000000000000000000000000000000000000000000000008203611afd5760019e8f5b1615908115611af5575b50611aca576024808560443501013503611a925760ff8e831616611a67575060ff8d16179b6024836044350101356004116101fd576048836044350101359260207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc6024836044350101350110611a27575b5060ff16600103611a0457506298968081116119d257600190995b0198611853565b7f51956f2e000000000000000000000000000000000000000000000000000000005f526004526298968060245260445ffd5b99915080158015611a1d575b6103d257600190916119cb565b5060038111611a10565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff6044359091016024013560200360040160031b1b9092169160ff6119b0565b7f7bb757b0000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b836024917f528fcda7000000000000000000000000000000000000000000000000000000005f5260045260443501013560245260445ffd5b7fe1c9e479000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b90508f61193e565b7f47723216000000000000000000000000000000000000000000000000000000008203611b2e5760025b9e8f611934565b5f611b27565b8280925060248860443501013560040360031b1b16165f611905565b346122655761400084116122335773ffffffffffffffffffffffffffffffffffffffff8860581c1615610c2457611b9182600589013585610100031c61358f565b805f52600360205260405f205473ffffffffffffffffffffffffffffffffffffffff81169081156121f5578060f81c6121c4575b64ffffffffff8160d01c16804210612183575065ffffffffffff8160a01c1692600184018094116121565765ffffffffffff841161211f579074010000000000000000000000000000000000000000915f5260036020520160405f20558073ffffffffffffffffffffffffffffffffffffffff8b60581c161480156120fd575b80156120a5575b801561204d575b8015611ff5575b611fb057858784868d60581c73ffffffffffffffffffffffffffffffffffffffff168d873391600501358c610100031c97309846997f00000000000000000000000000000000000000000000000000000000000000009a611cba9b613e0b565b809981956040519160581c73ffffffffffffffffffffffffffffffffffffffff168252602082016040905260058b013590610100031c9046908060408101611d03908b8d613497565b037f78493e3caa68a51b343da916b4dfa3d56ade37e9eeb31fc53b77672a74a52ca491a46040519260081b9160101b9060301b3360601b171717815260207f1186e390151107af425de776366acf12665cecf51902b14d020f40952c9e820c91a2611d6d46614242565b936040519480601a0186528060d81b7e01000000000000000000000000000000000000000000000000000000000000176020870152468160031b610100031b60258701523360581b7f1400000000000000000000000000000000000000000000000000000000000000179086016025015260808501968760405260a088526101208601611dfa90876134d5565b908682037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff800160a0880152611e2e92613497565b908482037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff800160c0860152611e6292613497565b60e083015f90528281037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80016101008401526044356004013581526020810191810160200191604435602401915f5b604435600401358110611f1257602087807f7446eaa0a0dda80670b3bfe972bfbefab659bcfb67abad4e0b64dc4630a704818989037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff80018ca2604051908152f35b909192937fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe083820301845284357fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbd6044353603018112156101fd5760443501906044602483013592019167ffffffffffffffff81116101fd5780360383136101fd57611fa46020928392600195613497565b96019401929101611eb1565b73ffffffffffffffffffffffffffffffffffffffff8a7fbbc83372000000000000000000000000000000000000000000000000000000005f5260581c1660045260245ffd5b5073ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff8b60581c1614611c5a565b5073ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff8b60581c1614611c53565b5073ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff8b60581c1614611c4c565b503073ffffffffffffffffffffffffffffffffffffffff8b60581c1614611c45565b8660058c7f696cb83d000000000000000000000000000000000000000000000000000000005f52013590610100031c60045260245ffd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b60ff868860058e7fc639fdad000000000000000000000000000000000000000000000000000000005f52013590610100031c6004521660245260445260645ffd5b7ffeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff906121ee614260565b5016611bc5565b60ff858760058d7f366518a8000000000000000000000000000000000000000000000000000000005f52013590610100031c6004521660245260445ffd5b837f573760f3000000000000000000000000000000000000000000000000000000005f5260045261400060245260445ffd5b7f583718dd000000000000000000000000000000000000000000000000000000005f523460045260245ffd5b6040517f63c1b28b0000000000000000000000000000000000000000000000000000000081526020600482015280610a00602482018887613497565b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5761231260ff61230961331d565b1660043561358f565b5f526003602052608060405f20546040519073ffffffffffffffffffffffffffffffffffffffff8116825265ffffffffffff8160a01c16602083015264ffffffffff8160d01c16604083015260f81c6060820152f35b346101fd5760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760243560043560443567ffffffffffffffff81116101fd576123bd903690600401613396565b8315610552576123cd8183613adb565b91603e60208460f81c1703612455575b60038360f91c166003811061242557507dffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8360081c166104ed576104e2946104d984848488613ba5565b7f59fcf0eb000000000000000000000000000000000000000000000000000000005f52600452600360245260445ffd5b61245e83613b19565b506123dd565b346101fd5760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760206124ba6124ae60ff6124a561331d565b16600435613621565b915050604435906133c4565b6040519015158152f35b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd576020600154604051908152f35b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5773ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000163303610ed7577fffffffffffffffffffffffffffffffffff00000000000000000000ffffffffff5f5414612631576001545f557fd21e40ee04b7215be315daaffdbbc862196624069e4207e171ff560e7807badc6020604051338152a1005b7fc1f31ec9000000000000000000000000000000000000000000000000000000005f5260045ffd5b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5761269061332d565b602435908115158092036101fd5773ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000163303610ed75773ffffffffffffffffffffffffffffffffffffffff1690811561275b5760207fa11b5803b8a35081b8f993e0dee5bc30301a3d83f644e5ab2ff39f972f0a807f91835f526008825260405f207fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0081541660ff8316179055604051908152a2005b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600660248201527f70617573657200000000000000000000000000000000000000000000000000006044820152fd5b60607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd576127eb613350565b60443567ffffffffffffffff81116101fd576128309161282473ffffffffffffffffffffffffffffffffffffffff923690600401613396565b92909116600435613748565b005b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5761286961332d565b73ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000163303610ed75773ffffffffffffffffffffffffffffffffffffffff6128c4826136eb565b911690815f5260056020527fffffffffffffff0000000000ffffffffffffffffffffffffffffffffffffffff811660405f20557f7374b62a476bf7cd239f706d7f6946c475c4ea1108314805d614c0b4afddcd7d602067ffffffffffffffff604051933385521692a3005b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57602067ffffffffffffffff60025416604051908152f35b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760205f547fffffffffffffffffffffffffffffffffff00000000000000000000ffffffffff6040519114158152f35b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57612a7661332d565b335f52600860205260ff60405f20541615610ed75773ffffffffffffffffffffffffffffffffffffffff7fbe7b6ab93e0f09ca1f282445e1d840337859c99ddc9cd8a9b2d46f7cfff1bb2c67ffffffffffffffff612ad3846136eb565b612adc816135c9565b9490951694855f52600560205260405f2055612b24604051928392169433908390929173ffffffffffffffffffffffffffffffffffffffff6020916040840195845216910152565b0390a3005b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57335f52600860205260ff60405f20541615610ed7575f547fffffffffffffffffffffffffffffffffff00000000000000000000ffffffffff7fffffffffffffffffffffffffffffffffff0000000000000000000000000000009114612631576203f4804201908142116121565781175f556009545f5b818110612c0757604080518481523360208201527fd5231b423c28a0687c61a12b2db16c718cbe7abe67591ad8c7691218780af09a9190a1005b8068ffffffffffffffffff612c1d60019361342c565b90549060031b1c165f52600360205260405f207f0100000000000000000000000000000000000000000000000000000000000000815417905501612bcd565b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57600435612c9661331d565b90335f52600860205260ff60405f20541615610ed7577fbe7b6ab93e0f09ca1f282445e1d840337859c99ddc9cd8a9b2d46f7cfff1bb2c73ffffffffffffffffffffffffffffffffffffffff612cf260ff612cfa951684613621565b9195906135c9565b955f52600460205260405f2055612b24604051928392169533908390929173ffffffffffffffffffffffffffffffffffffffff6020916040840195845216910152565b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760206124ba612d7961332d565b602435906133c4565b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd577fffffffffffffffffffffffffffffffffff00000000000000000000ffffffffff5f5403612e465773ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000163303610ed7576001545f557f4e87533c56eb4f50a30cbae4dc0ffb2cb67d7f185122964139d8ff65c1e2b9156020604051338152a1005b7f423311c0000000000000000000000000000000000000000000000000000000005f5260045ffd5b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5773ffffffffffffffffffffffffffffffffffffffff612eba61332d565b165f526005602052608060405f205460ff6040519167ffffffffffffffff8116835264ffffffffff8160a01c16602084015263ffffffff8160c81c16604084015260e81c166060820152f35b346101fd575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5773ffffffffffffffffffffffffffffffffffffffff612fc061332d565b165f526007602052602060405f2054604051908152f35b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760043561301161331d565b73ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000163303610ed75760ff169061305c828261358f565b805f52600360205260405f205480156130ca577fff0000000000ffffffffffffffffffffffffffffffffffffffffffffffffffff915f5260036020521660405f20557fac734d0226b4edd90d6f401a52488b7aea2a608a9f114abb1f58bc57caaffe466020604051338152a3005b50507f366518a8000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5761313660ff61230961331d565b5f526004602052608060405f205460ff6040519173ffffffffffffffffffffffffffffffffffffffff8116835264ffffffffff8160a01c16602084015263ffffffff8160c81c16604084015260e81c166060820152f35b346101fd5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5773ffffffffffffffffffffffffffffffffffffffff6131d961332d565b165f526008602052602060ff60405f2054166040519015158152f35b346101fd5760407ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101fd5760043561322f61331d565b335f52600860205260ff60405f20541615610ed75760ff1690613252828261358f565b805f52600360205260405f205480156130ca576203f480420191824211612156577fcf428bbb347bba1cfd4728ad45d1f6ae2dbf530f01e2ae8213a9f3df3ad99d5a92612b249260d081901c64ffffffffff16828111613315575b507fff0000000000ffffffffffffffffffffffffffffffffffffffffffffffffffff8260d01b91161790915f52600360205260405f205560405191829133908390929173ffffffffffffffffffffffffffffffffffffffff6020916040840195845216910152565b9150876132ad565b6024359060ff821682036101fd57565b6004359073ffffffffffffffffffffffffffffffffffffffff821682036101fd57565b6024359073ffffffffffffffffffffffffffffffffffffffff821682036101fd57565b6044359073ffffffffffffffffffffffffffffffffffffffff821682036101fd57565b9181601f840112156101fd5782359167ffffffffffffffff83116101fd57602083818601950101116101fd57565b908015801561341d575b613417576001917fffffffffffffffffffffffffffffffffffffffff0000000000000000000000008260081c9160601b16175f52600660205260ff60405f205491161c16151590565b50505f90565b5065ffffffffffff81116133ce565b9060095482101561346a5760095f81905260038084047f6e1540171b6c0c960b71a7020d9f60077f6af931a8bbf590da0223dacf75c7af0193060290565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b601f82602094937fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe093818652868601375f8582860101520116010190565b907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f602080948051918291828752018686015e5f8582860101520116010190565b91909164ffffffffff8311613589577fffffffffffffffffffffffffffffffffffffffff000000000000000000000000839160601b16175f52600660205260405f2054911561356357565b907ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe1690565b505f9150565b8060401c61359e5760081b1790565b7f20c7e402000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b906203f480420191824211612156578264ffffffffff8260a01c16908111613619575b507fffffffffffffff0000000000ffffffffffffffffffffffffffffffffffffffff8360a01b9116179190565b92505f6135ec565b909161362d838361358f565b92835f52600460205260405f20549283156136b85773ffffffffffffffffffffffffffffffffffffffff916136b4918386169073ffffffffffffffffffffffffffffffffffffffff92608092604051927f18c7c779f2544fff79dcc296f39246444d439dc5151453b74d8383c2f33419b18452602084015260408301526060820152201690565b1690565b60ff92507f366518a8000000000000000000000000000000000000000000000000000000005f526004521660245260445ffd5b73ffffffffffffffffffffffffffffffffffffffff1690815f52600560205260405f20549182156137195750565b7fc0208f01000000000000000000000000000000000000000000000000000000005f525f60045260245260445ffd5b9392909334612265576140008211613aa9578415610c24578060401c61359e5760038160081b1791825f52600360205260405f20549573ffffffffffffffffffffffffffffffffffffffff8716968715613a78578060f81c613a47575b64ffffffffff8160d01c16804210613a13575065ffffffffffff8160a01c1694600186018096116121565765ffffffffffff86116139e7579074010000000000000000000000000000000000000000915f5260036020520160405f205573ffffffffffffffffffffffffffffffffffffffff81169680881480156139de575b801561399f575b8015613960575b8015613921575b6138f55792826138bb8694885f60037f78493e3caa68a51b343da916b4dfa3d56ade37e9eeb31fc53b77672a74a52ca49d9760209a7f1186e390151107af425de776366acf12665cecf51902b14d020f40952c9e820c9c33918a30467f0000000000000000000000000000000000000000000000000000000000000000613e0b565b98899788946138dd604051928392835260408a84015246956040840191613497565b0390a46103006040519160301b3360601b17178152a2565b877fbbc83372000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5073ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168814613839565b5073ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168814613832565b5073ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016881461382b565b50308814613824565b847f696cb83d000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b847fc639fdad000000000000000000000000000000000000000000000000000000005f52600452600360245260445260645ffd5b7ffeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff90613a71614260565b50166137a5565b837f366518a8000000000000000000000000000000000000000000000000000000005f52600452600360245260445ffd5b507f573760f3000000000000000000000000000000000000000000000000000000005f5260045261400060245260445ffd5b9060578110613ae957503590565b7ff381c27c000000000000000000000000000000000000000000000000000000005f52600452605760245260445ffd5b908160fe1c613b765760018260f81c16613b4e5760038260f91c169182156105b05760fb1c6003169182818110610515575050565b7fc12de1da000000000000000000000000000000000000000000000000000000005f5260045ffd5b507fa4843ddb000000000000000000000000000000000000000000000000000000005f5260f81c60045260245ffd5b929091935f9260578360fd1c15155f14613d955750606b92838710613d6557605782013560601c965b84810390811161215657601f1680613d3a575060039060f91c1694613c4386888373ffffffffffffffffffffffffffffffffffffffff92608092604051927f18c7c779f2544fff79dcc296f39246444d439dc5151453b74d8383c2f33419b18452602084015260408301526060820152201690565b9560578503613cdf575b64ffffffffff8660a01c1691824210613cae57505050601f013560e01c63ffffffff8460c81c1690818110613c80575050565b7fa136fd85000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7fc639fdad000000000000000000000000000000000000000000000000000000005f5260045260245260445260645ffd5b9450855f52600560205260405f20549485613c4d5773ffffffffffffffffffffffffffffffffffffffff88837fc0208f01000000000000000000000000000000000000000000000000000000005f526004521660245260445ffd5b7f10865ed0000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b83877ff381c27c000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b9295935060038660f91c1695613dab878761358f565b5f52600460205260405f20549473ffffffffffffffffffffffffffffffffffffffff8616978815613ddc5750613bce565b877f366518a8000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b9897969594939291906101a09b806040519c8d378b20997f8a02f9971e08f26319b834501dff6809c9402a43f650294d37a1c2d818d2d20e8c5260208c015260408b015260608a0152608089015260a088015260c087015260e08601526101008501526101208401526101408301525f6101608301526101808201522090565b909193925f54927fffffffffffffffffffffffffffffffffff000000000000000000000000000000841015614202575b6023820135966043830135958660601c979984019084015b8082106141e25750509360e0608094601f602098957ffffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd03641419560035f9a60fb1c1690604051947fa214e9489a788eb435127055c7c8ca8283c148530ff5c5e38bf39f55f05680c286527f00000000000000000000000000000000000000000000000000000000000000008d87015260408601526060850152888401520135821c60a08201528a60c082015220604051937f455448455245554d2d5343484e4f52522d534543503235364b312d4b454343418552878501917f4b3235366d6573736167650000000000000000000000000000000000000000008352602b8601527fffffffffffffffffffffffffffffffffffffffff00000000000000000000000084604b872006917f4b3235366368616c6c656e676500000000000000000000000000000000000000845216602d8601528260418601528660618601536062850152601b8360828620069184848c098503865252816040850152097ffffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd036414103606082015282805260015afa60203d14169082157ffffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141841092825f511492159283151690821585161616156140c2575050505050565b6141845761412657156140fb57507f666b7cba000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7ff4fd88cf000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600160248201527f52000000000000000000000000000000000000000000000000000000000000006044820152fd5b60646040517f46c82ad000000000000000000000000000000000000000000000000000000000815260206004820152600160248201527f73000000000000000000000000000000000000000000000000000000000000006044820152fd5b909960208b359180831060051b9081521852602060405f209a0190613ed3565b925061420c614260565b92613ebb565b60409073ffffffffffffffffffffffffffffffffffffffff61423f949316815281602082015201906134d5565b90565b9060019160081c805b6142525750565b916001019160081c8061424b565b5f54907fffffffffffffffffffffffffffffffffff00000000000000000000000000000082101561428d57565b907fffffffffffffffffffffffffffffffffff00000000000000000000ffffffffff81146126315764ffffffffff168042106142ca575060015490565b7ff12a61c3000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b3d906101008211614318575b6040519161012083016040528083525f602084013e565b610100915061430156",
}

// CrossChainManagerABI is the input ABI used to generate the binding from.
// Deprecated: Use CrossChainManagerMetaData.ABI instead.
var CrossChainManagerABI = CrossChainManagerMetaData.ABI

// CrossChainManagerBin is the compiled bytecode used for deploying new contracts.
// Deprecated: Use CrossChainManagerMetaData.Bin instead.
var CrossChainManagerBin = CrossChainManagerMetaData.Bin

// DeployCrossChainManager deploys a new Ethereum contract, binding an instance of CrossChainManager to it.
func DeployCrossChainManager(auth *bind.TransactOpts, backend bind.ContractBackend, bridgeId_ [32]byte, px *big.Int, keyVersion_ uint64, ownerFast_ common.Address, owner_ common.Address, ownerSlow_ common.Address, pausers []common.Address, devnet bool) (common.Address, *types.Transaction, *CrossChainManager, error) {
	parsed, err := CrossChainManagerMetaData.GetAbi()
	if err != nil {
		return common.Address{}, nil, nil, err
	}
	if parsed == nil {
		return common.Address{}, nil, nil, errors.New("GetABI returned nil")
	}

	address, tx, contract, err := bind.DeployContract(auth, *parsed, common.FromHex(CrossChainManagerBin), backend, bridgeId_, px, keyVersion_, ownerFast_, owner_, ownerSlow_, pausers, devnet)
	if err != nil {
		return common.Address{}, nil, nil, err
	}
	return address, tx, &CrossChainManager{CrossChainManagerCaller: CrossChainManagerCaller{contract: contract}, CrossChainManagerTransactor: CrossChainManagerTransactor{contract: contract}, CrossChainManagerFilterer: CrossChainManagerFilterer{contract: contract}}, nil
}

// CrossChainManager is an auto generated Go binding around an Ethereum contract.
type CrossChainManager struct {
	CrossChainManagerCaller     // Read-only binding to the contract
	CrossChainManagerTransactor // Write-only binding to the contract
	CrossChainManagerFilterer   // Log filterer for contract events
}

// CrossChainManagerCaller is an auto generated read-only Go binding around an Ethereum contract.
type CrossChainManagerCaller struct {
	contract *bind.BoundContract // Generic contract wrapper for the low level calls
}

// CrossChainManagerTransactor is an auto generated write-only Go binding around an Ethereum contract.
type CrossChainManagerTransactor struct {
	contract *bind.BoundContract // Generic contract wrapper for the low level calls
}

// CrossChainManagerFilterer is an auto generated log filtering Go binding around an Ethereum contract events.
type CrossChainManagerFilterer struct {
	contract *bind.BoundContract // Generic contract wrapper for the low level calls
}

// CrossChainManagerSession is an auto generated Go binding around an Ethereum contract,
// with pre-set call and transact options.
type CrossChainManagerSession struct {
	Contract     *CrossChainManager // Generic contract binding to set the session for
	CallOpts     bind.CallOpts      // Call options to use throughout this session
	TransactOpts bind.TransactOpts  // Transaction auth options to use throughout this session
}

// CrossChainManagerCallerSession is an auto generated read-only Go binding around an Ethereum contract,
// with pre-set call options.
type CrossChainManagerCallerSession struct {
	Contract *CrossChainManagerCaller // Generic contract caller binding to set the session for
	CallOpts bind.CallOpts            // Call options to use throughout this session
}

// CrossChainManagerTransactorSession is an auto generated write-only Go binding around an Ethereum contract,
// with pre-set transact options.
type CrossChainManagerTransactorSession struct {
	Contract     *CrossChainManagerTransactor // Generic contract transactor binding to set the session for
	TransactOpts bind.TransactOpts            // Transaction auth options to use throughout this session
}

// CrossChainManagerRaw is an auto generated low-level Go binding around an Ethereum contract.
type CrossChainManagerRaw struct {
	Contract *CrossChainManager // Generic contract binding to access the raw methods on
}

// CrossChainManagerCallerRaw is an auto generated low-level read-only Go binding around an Ethereum contract.
type CrossChainManagerCallerRaw struct {
	Contract *CrossChainManagerCaller // Generic read-only contract binding to access the raw methods on
}

// CrossChainManagerTransactorRaw is an auto generated low-level write-only Go binding around an Ethereum contract.
type CrossChainManagerTransactorRaw struct {
	Contract *CrossChainManagerTransactor // Generic write-only contract binding to access the raw methods on
}

// NewCrossChainManager creates a new instance of CrossChainManager, bound to a specific deployed contract.
func NewCrossChainManager(address common.Address, backend bind.ContractBackend) (*CrossChainManager, error) {
	contract, err := bindCrossChainManager(address, backend, backend, backend)
	if err != nil {
		return nil, err
	}
	return &CrossChainManager{CrossChainManagerCaller: CrossChainManagerCaller{contract: contract}, CrossChainManagerTransactor: CrossChainManagerTransactor{contract: contract}, CrossChainManagerFilterer: CrossChainManagerFilterer{contract: contract}}, nil
}

// NewCrossChainManagerCaller creates a new read-only instance of CrossChainManager, bound to a specific deployed contract.
func NewCrossChainManagerCaller(address common.Address, caller bind.ContractCaller) (*CrossChainManagerCaller, error) {
	contract, err := bindCrossChainManager(address, caller, nil, nil)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerCaller{contract: contract}, nil
}

// NewCrossChainManagerTransactor creates a new write-only instance of CrossChainManager, bound to a specific deployed contract.
func NewCrossChainManagerTransactor(address common.Address, transactor bind.ContractTransactor) (*CrossChainManagerTransactor, error) {
	contract, err := bindCrossChainManager(address, nil, transactor, nil)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerTransactor{contract: contract}, nil
}

// NewCrossChainManagerFilterer creates a new log filterer instance of CrossChainManager, bound to a specific deployed contract.
func NewCrossChainManagerFilterer(address common.Address, filterer bind.ContractFilterer) (*CrossChainManagerFilterer, error) {
	contract, err := bindCrossChainManager(address, nil, nil, filterer)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerFilterer{contract: contract}, nil
}

// bindCrossChainManager binds a generic wrapper to an already deployed contract.
func bindCrossChainManager(address common.Address, caller bind.ContractCaller, transactor bind.ContractTransactor, filterer bind.ContractFilterer) (*bind.BoundContract, error) {
	parsed, err := CrossChainManagerMetaData.GetAbi()
	if err != nil {
		return nil, err
	}
	return bind.NewBoundContract(address, *parsed, caller, transactor, filterer), nil
}

// Call invokes the (constant) contract method with params as input values and
// sets the output to result. The result type might be a single field for simple
// returns, a slice of interfaces for anonymous returns and a struct for named
// returns.
func (_CrossChainManager *CrossChainManagerRaw) Call(opts *bind.CallOpts, result *[]interface{}, method string, params ...interface{}) error {
	return _CrossChainManager.Contract.CrossChainManagerCaller.contract.Call(opts, result, method, params...)
}

// Transfer initiates a plain transaction to move funds to the contract, calling
// its default method if one is available.
func (_CrossChainManager *CrossChainManagerRaw) Transfer(opts *bind.TransactOpts) (*types.Transaction, error) {
	return _CrossChainManager.Contract.CrossChainManagerTransactor.contract.Transfer(opts)
}

// Transact invokes the (paid) contract method with params as input values.
func (_CrossChainManager *CrossChainManagerRaw) Transact(opts *bind.TransactOpts, method string, params ...interface{}) (*types.Transaction, error) {
	return _CrossChainManager.Contract.CrossChainManagerTransactor.contract.Transact(opts, method, params...)
}

// Call invokes the (constant) contract method with params as input values and
// sets the output to result. The result type might be a single field for simple
// returns, a slice of interfaces for anonymous returns and a struct for named
// returns.
func (_CrossChainManager *CrossChainManagerCallerRaw) Call(opts *bind.CallOpts, result *[]interface{}, method string, params ...interface{}) error {
	return _CrossChainManager.Contract.contract.Call(opts, result, method, params...)
}

// Transfer initiates a plain transaction to move funds to the contract, calling
// its default method if one is available.
func (_CrossChainManager *CrossChainManagerTransactorRaw) Transfer(opts *bind.TransactOpts) (*types.Transaction, error) {
	return _CrossChainManager.Contract.contract.Transfer(opts)
}

// Transact invokes the (paid) contract method with params as input values.
func (_CrossChainManager *CrossChainManagerTransactorRaw) Transact(opts *bind.TransactOpts, method string, params ...interface{}) (*types.Transaction, error) {
	return _CrossChainManager.Contract.contract.Transact(opts, method, params...)
}

// AllPausedUntil is a free data retrieval call binding the contract method 0xf81c167f.
//
// Solidity: function allPausedUntil() view returns(uint40)
func (_CrossChainManager *CrossChainManagerCaller) AllPausedUntil(opts *bind.CallOpts) (*big.Int, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "allPausedUntil")

	if err != nil {
		return *new(*big.Int), err
	}

	out0 := *abi.ConvertType(out[0], new(*big.Int)).(**big.Int)

	return out0, err

}

// AllPausedUntil is a free data retrieval call binding the contract method 0xf81c167f.
//
// Solidity: function allPausedUntil() view returns(uint40)
func (_CrossChainManager *CrossChainManagerSession) AllPausedUntil() (*big.Int, error) {
	return _CrossChainManager.Contract.AllPausedUntil(&_CrossChainManager.CallOpts)
}

// AllPausedUntil is a free data retrieval call binding the contract method 0xf81c167f.
//
// Solidity: function allPausedUntil() view returns(uint40)
func (_CrossChainManager *CrossChainManagerCallerSession) AllPausedUntil() (*big.Int, error) {
	return _CrossChainManager.Contract.AllPausedUntil(&_CrossChainManager.CallOpts)
}

// BridgeId is a free data retrieval call binding the contract method 0xf570bb36.
//
// Solidity: function bridgeId() view returns(bytes32)
func (_CrossChainManager *CrossChainManagerCaller) BridgeId(opts *bind.CallOpts) ([32]byte, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "bridgeId")

	if err != nil {
		return *new([32]byte), err
	}

	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)

	return out0, err

}

// BridgeId is a free data retrieval call binding the contract method 0xf570bb36.
//
// Solidity: function bridgeId() view returns(bytes32)
func (_CrossChainManager *CrossChainManagerSession) BridgeId() ([32]byte, error) {
	return _CrossChainManager.Contract.BridgeId(&_CrossChainManager.CallOpts)
}

// BridgeId is a free data retrieval call binding the contract method 0xf570bb36.
//
// Solidity: function bridgeId() view returns(bytes32)
func (_CrossChainManager *CrossChainManagerCallerSession) BridgeId() ([32]byte, error) {
	return _CrossChainManager.Contract.BridgeId(&_CrossChainManager.CallOpts)
}

// ChainIds is a free data retrieval call binding the contract method 0x223fc3dc.
//
// Solidity: function chainIds(address lane) view returns(uint256)
func (_CrossChainManager *CrossChainManagerCaller) ChainIds(opts *bind.CallOpts, lane common.Address) (*big.Int, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "chainIds", lane)

	if err != nil {
		return *new(*big.Int), err
	}

	out0 := *abi.ConvertType(out[0], new(*big.Int)).(**big.Int)

	return out0, err

}

// ChainIds is a free data retrieval call binding the contract method 0x223fc3dc.
//
// Solidity: function chainIds(address lane) view returns(uint256)
func (_CrossChainManager *CrossChainManagerSession) ChainIds(lane common.Address) (*big.Int, error) {
	return _CrossChainManager.Contract.ChainIds(&_CrossChainManager.CallOpts, lane)
}

// ChainIds is a free data retrieval call binding the contract method 0x223fc3dc.
//
// Solidity: function chainIds(address lane) view returns(uint256)
func (_CrossChainManager *CrossChainManagerCallerSession) ChainIds(lane common.Address) (*big.Int, error) {
	return _CrossChainManager.Contract.ChainIds(&_CrossChainManager.CallOpts, lane)
}

// DeliveredWord is a free data retrieval call binding the contract method 0xf89a0509.
//
// Solidity: function deliveredWord(address lane, uint256 index) view returns(uint256 word)
func (_CrossChainManager *CrossChainManagerCaller) DeliveredWord(opts *bind.CallOpts, lane common.Address, index *big.Int) (*big.Int, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "deliveredWord", lane, index)

	if err != nil {
		return *new(*big.Int), err
	}

	out0 := *abi.ConvertType(out[0], new(*big.Int)).(**big.Int)

	return out0, err

}

// DeliveredWord is a free data retrieval call binding the contract method 0xf89a0509.
//
// Solidity: function deliveredWord(address lane, uint256 index) view returns(uint256 word)
func (_CrossChainManager *CrossChainManagerSession) DeliveredWord(lane common.Address, index *big.Int) (*big.Int, error) {
	return _CrossChainManager.Contract.DeliveredWord(&_CrossChainManager.CallOpts, lane, index)
}

// DeliveredWord is a free data retrieval call binding the contract method 0xf89a0509.
//
// Solidity: function deliveredWord(address lane, uint256 index) view returns(uint256 word)
func (_CrossChainManager *CrossChainManagerCallerSession) DeliveredWord(lane common.Address, index *big.Int) (*big.Int, error) {
	return _CrossChainManager.Contract.DeliveredWord(&_CrossChainManager.CallOpts, lane, index)
}

// DemandedBy is a free data retrieval call binding the contract method 0xf57d37cb.
//
// Solidity: function demandedBy(address recipient) view returns(uint8 finality)
func (_CrossChainManager *CrossChainManagerCaller) DemandedBy(opts *bind.CallOpts, recipient common.Address) (uint8, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "demandedBy", recipient)

	if err != nil {
		return *new(uint8), err
	}

	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)

	return out0, err

}

// DemandedBy is a free data retrieval call binding the contract method 0xf57d37cb.
//
// Solidity: function demandedBy(address recipient) view returns(uint8 finality)
func (_CrossChainManager *CrossChainManagerSession) DemandedBy(recipient common.Address) (uint8, error) {
	return _CrossChainManager.Contract.DemandedBy(&_CrossChainManager.CallOpts, recipient)
}

// DemandedBy is a free data retrieval call binding the contract method 0xf57d37cb.
//
// Solidity: function demandedBy(address recipient) view returns(uint8 finality)
func (_CrossChainManager *CrossChainManagerCallerSession) DemandedBy(recipient common.Address) (uint8, error) {
	return _CrossChainManager.Contract.DemandedBy(&_CrossChainManager.CallOpts, recipient)
}

// Deployer is a free data retrieval call binding the contract method 0xd5f39488.
//
// Solidity: function deployer() view returns(address)
func (_CrossChainManager *CrossChainManagerCaller) Deployer(opts *bind.CallOpts) (common.Address, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "deployer")

	if err != nil {
		return *new(common.Address), err
	}

	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)

	return out0, err

}

// Deployer is a free data retrieval call binding the contract method 0xd5f39488.
//
// Solidity: function deployer() view returns(address)
func (_CrossChainManager *CrossChainManagerSession) Deployer() (common.Address, error) {
	return _CrossChainManager.Contract.Deployer(&_CrossChainManager.CallOpts)
}

// Deployer is a free data retrieval call binding the contract method 0xd5f39488.
//
// Solidity: function deployer() view returns(address)
func (_CrossChainManager *CrossChainManagerCallerSession) Deployer() (common.Address, error) {
	return _CrossChainManager.Contract.Deployer(&_CrossChainManager.CallOpts)
}

// GroupKey is a free data retrieval call binding the contract method 0x9037d9ca.
//
// Solidity: function groupKey() view returns(uint256)
func (_CrossChainManager *CrossChainManagerCaller) GroupKey(opts *bind.CallOpts) (*big.Int, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "groupKey")

	if err != nil {
		return *new(*big.Int), err
	}

	out0 := *abi.ConvertType(out[0], new(*big.Int)).(**big.Int)

	return out0, err

}

// GroupKey is a free data retrieval call binding the contract method 0x9037d9ca.
//
// Solidity: function groupKey() view returns(uint256)
func (_CrossChainManager *CrossChainManagerSession) GroupKey() (*big.Int, error) {
	return _CrossChainManager.Contract.GroupKey(&_CrossChainManager.CallOpts)
}

// GroupKey is a free data retrieval call binding the contract method 0x9037d9ca.
//
// Solidity: function groupKey() view returns(uint256)
func (_CrossChainManager *CrossChainManagerCallerSession) GroupKey() (*big.Int, error) {
	return _CrossChainManager.Contract.GroupKey(&_CrossChainManager.CallOpts)
}

// Inbound is a free data retrieval call binding the contract method 0x0adf24cd.
//
// Solidity: function inbound(uint256 sourceChain, uint8 finality) view returns(address remote, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags)
func (_CrossChainManager *CrossChainManagerCaller) Inbound(opts *bind.CallOpts, sourceChain *big.Int, finality uint8) (struct {
	Remote         common.Address
	PausedUntil    *big.Int
	MinSourceEpoch uint32
	Flags          uint8
}, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "inbound", sourceChain, finality)

	outstruct := new(struct {
		Remote         common.Address
		PausedUntil    *big.Int
		MinSourceEpoch uint32
		Flags          uint8
	})
	if err != nil {
		return *outstruct, err
	}

	outstruct.Remote = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.PausedUntil = *abi.ConvertType(out[1], new(*big.Int)).(**big.Int)
	outstruct.MinSourceEpoch = *abi.ConvertType(out[2], new(uint32)).(*uint32)
	outstruct.Flags = *abi.ConvertType(out[3], new(uint8)).(*uint8)

	return *outstruct, err

}

// Inbound is a free data retrieval call binding the contract method 0x0adf24cd.
//
// Solidity: function inbound(uint256 sourceChain, uint8 finality) view returns(address remote, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags)
func (_CrossChainManager *CrossChainManagerSession) Inbound(sourceChain *big.Int, finality uint8) (struct {
	Remote         common.Address
	PausedUntil    *big.Int
	MinSourceEpoch uint32
	Flags          uint8
}, error) {
	return _CrossChainManager.Contract.Inbound(&_CrossChainManager.CallOpts, sourceChain, finality)
}

// Inbound is a free data retrieval call binding the contract method 0x0adf24cd.
//
// Solidity: function inbound(uint256 sourceChain, uint8 finality) view returns(address remote, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags)
func (_CrossChainManager *CrossChainManagerCallerSession) Inbound(sourceChain *big.Int, finality uint8) (struct {
	Remote         common.Address
	PausedUntil    *big.Int
	MinSourceEpoch uint32
	Flags          uint8
}, error) {
	return _CrossChainManager.Contract.Inbound(&_CrossChainManager.CallOpts, sourceChain, finality)
}

// IsDelivered is a free data retrieval call binding the contract method 0x91c348ec.
//
// Solidity: function isDelivered(uint256 sourceChain, uint8 finality, uint256 nonce) view returns(bool)
func (_CrossChainManager *CrossChainManagerCaller) IsDelivered(opts *bind.CallOpts, sourceChain *big.Int, finality uint8, nonce *big.Int) (bool, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "isDelivered", sourceChain, finality, nonce)

	if err != nil {
		return *new(bool), err
	}

	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)

	return out0, err

}

// IsDelivered is a free data retrieval call binding the contract method 0x91c348ec.
//
// Solidity: function isDelivered(uint256 sourceChain, uint8 finality, uint256 nonce) view returns(bool)
func (_CrossChainManager *CrossChainManagerSession) IsDelivered(sourceChain *big.Int, finality uint8, nonce *big.Int) (bool, error) {
	return _CrossChainManager.Contract.IsDelivered(&_CrossChainManager.CallOpts, sourceChain, finality, nonce)
}

// IsDelivered is a free data retrieval call binding the contract method 0x91c348ec.
//
// Solidity: function isDelivered(uint256 sourceChain, uint8 finality, uint256 nonce) view returns(bool)
func (_CrossChainManager *CrossChainManagerCallerSession) IsDelivered(sourceChain *big.Int, finality uint8, nonce *big.Int) (bool, error) {
	return _CrossChainManager.Contract.IsDelivered(&_CrossChainManager.CallOpts, sourceChain, finality, nonce)
}

// IsSealed is a free data retrieval call binding the contract method 0x631f9852.
//
// Solidity: function isSealed() view returns(bool)
func (_CrossChainManager *CrossChainManagerCaller) IsSealed(opts *bind.CallOpts) (bool, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "isSealed")

	if err != nil {
		return *new(bool), err
	}

	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)

	return out0, err

}

// IsSealed is a free data retrieval call binding the contract method 0x631f9852.
//
// Solidity: function isSealed() view returns(bool)
func (_CrossChainManager *CrossChainManagerSession) IsSealed() (bool, error) {
	return _CrossChainManager.Contract.IsSealed(&_CrossChainManager.CallOpts)
}

// IsSealed is a free data retrieval call binding the contract method 0x631f9852.
//
// Solidity: function isSealed() view returns(bool)
func (_CrossChainManager *CrossChainManagerCallerSession) IsSealed() (bool, error) {
	return _CrossChainManager.Contract.IsSealed(&_CrossChainManager.CallOpts)
}

// KeyVersion is a free data retrieval call binding the contract method 0x643165df.
//
// Solidity: function keyVersion() view returns(uint64)
func (_CrossChainManager *CrossChainManagerCaller) KeyVersion(opts *bind.CallOpts) (uint64, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "keyVersion")

	if err != nil {
		return *new(uint64), err
	}

	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)

	return out0, err

}

// KeyVersion is a free data retrieval call binding the contract method 0x643165df.
//
// Solidity: function keyVersion() view returns(uint64)
func (_CrossChainManager *CrossChainManagerSession) KeyVersion() (uint64, error) {
	return _CrossChainManager.Contract.KeyVersion(&_CrossChainManager.CallOpts)
}

// KeyVersion is a free data retrieval call binding the contract method 0x643165df.
//
// Solidity: function keyVersion() view returns(uint64)
func (_CrossChainManager *CrossChainManagerCallerSession) KeyVersion() (uint64, error) {
	return _CrossChainManager.Contract.KeyVersion(&_CrossChainManager.CallOpts)
}

// LaneId is a free data retrieval call binding the contract method 0xeab582d5.
//
// Solidity: function laneId(uint256 sourceChain, address sourceManager, uint8 finality) pure returns(address)
func (_CrossChainManager *CrossChainManagerCaller) LaneId(opts *bind.CallOpts, sourceChain *big.Int, sourceManager common.Address, finality uint8) (common.Address, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "laneId", sourceChain, sourceManager, finality)

	if err != nil {
		return *new(common.Address), err
	}

	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)

	return out0, err

}

// LaneId is a free data retrieval call binding the contract method 0xeab582d5.
//
// Solidity: function laneId(uint256 sourceChain, address sourceManager, uint8 finality) pure returns(address)
func (_CrossChainManager *CrossChainManagerSession) LaneId(sourceChain *big.Int, sourceManager common.Address, finality uint8) (common.Address, error) {
	return _CrossChainManager.Contract.LaneId(&_CrossChainManager.CallOpts, sourceChain, sourceManager, finality)
}

// LaneId is a free data retrieval call binding the contract method 0xeab582d5.
//
// Solidity: function laneId(uint256 sourceChain, address sourceManager, uint8 finality) pure returns(address)
func (_CrossChainManager *CrossChainManagerCallerSession) LaneId(sourceChain *big.Int, sourceManager common.Address, finality uint8) (common.Address, error) {
	return _CrossChainManager.Contract.LaneId(&_CrossChainManager.CallOpts, sourceChain, sourceManager, finality)
}

// Outbound is a free data retrieval call binding the contract method 0xc1e39fed.
//
// Solidity: function outbound(uint256 targetChain, uint8 finality) view returns(address remote, uint48 nonce, uint40 pausedUntil, uint8 flags)
func (_CrossChainManager *CrossChainManagerCaller) Outbound(opts *bind.CallOpts, targetChain *big.Int, finality uint8) (struct {
	Remote      common.Address
	Nonce       *big.Int
	PausedUntil *big.Int
	Flags       uint8
}, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "outbound", targetChain, finality)

	outstruct := new(struct {
		Remote      common.Address
		Nonce       *big.Int
		PausedUntil *big.Int
		Flags       uint8
	})
	if err != nil {
		return *outstruct, err
	}

	outstruct.Remote = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Nonce = *abi.ConvertType(out[1], new(*big.Int)).(**big.Int)
	outstruct.PausedUntil = *abi.ConvertType(out[2], new(*big.Int)).(**big.Int)
	outstruct.Flags = *abi.ConvertType(out[3], new(uint8)).(*uint8)

	return *outstruct, err

}

// Outbound is a free data retrieval call binding the contract method 0xc1e39fed.
//
// Solidity: function outbound(uint256 targetChain, uint8 finality) view returns(address remote, uint48 nonce, uint40 pausedUntil, uint8 flags)
func (_CrossChainManager *CrossChainManagerSession) Outbound(targetChain *big.Int, finality uint8) (struct {
	Remote      common.Address
	Nonce       *big.Int
	PausedUntil *big.Int
	Flags       uint8
}, error) {
	return _CrossChainManager.Contract.Outbound(&_CrossChainManager.CallOpts, targetChain, finality)
}

// Outbound is a free data retrieval call binding the contract method 0xc1e39fed.
//
// Solidity: function outbound(uint256 targetChain, uint8 finality) view returns(address remote, uint48 nonce, uint40 pausedUntil, uint8 flags)
func (_CrossChainManager *CrossChainManagerCallerSession) Outbound(targetChain *big.Int, finality uint8) (struct {
	Remote      common.Address
	Nonce       *big.Int
	PausedUntil *big.Int
	Flags       uint8
}, error) {
	return _CrossChainManager.Contract.Outbound(&_CrossChainManager.CallOpts, targetChain, finality)
}

// Owner is a free data retrieval call binding the contract method 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (_CrossChainManager *CrossChainManagerCaller) Owner(opts *bind.CallOpts) (common.Address, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "owner")

	if err != nil {
		return *new(common.Address), err
	}

	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)

	return out0, err

}

// Owner is a free data retrieval call binding the contract method 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (_CrossChainManager *CrossChainManagerSession) Owner() (common.Address, error) {
	return _CrossChainManager.Contract.Owner(&_CrossChainManager.CallOpts)
}

// Owner is a free data retrieval call binding the contract method 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (_CrossChainManager *CrossChainManagerCallerSession) Owner() (common.Address, error) {
	return _CrossChainManager.Contract.Owner(&_CrossChainManager.CallOpts)
}

// OwnerFast is a free data retrieval call binding the contract method 0x664068df.
//
// Solidity: function ownerFast() view returns(address)
func (_CrossChainManager *CrossChainManagerCaller) OwnerFast(opts *bind.CallOpts) (common.Address, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "ownerFast")

	if err != nil {
		return *new(common.Address), err
	}

	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)

	return out0, err

}

// OwnerFast is a free data retrieval call binding the contract method 0x664068df.
//
// Solidity: function ownerFast() view returns(address)
func (_CrossChainManager *CrossChainManagerSession) OwnerFast() (common.Address, error) {
	return _CrossChainManager.Contract.OwnerFast(&_CrossChainManager.CallOpts)
}

// OwnerFast is a free data retrieval call binding the contract method 0x664068df.
//
// Solidity: function ownerFast() view returns(address)
func (_CrossChainManager *CrossChainManagerCallerSession) OwnerFast() (common.Address, error) {
	return _CrossChainManager.Contract.OwnerFast(&_CrossChainManager.CallOpts)
}

// OwnerSlow is a free data retrieval call binding the contract method 0x2751c130.
//
// Solidity: function ownerSlow() view returns(address)
func (_CrossChainManager *CrossChainManagerCaller) OwnerSlow(opts *bind.CallOpts) (common.Address, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "ownerSlow")

	if err != nil {
		return *new(common.Address), err
	}

	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)

	return out0, err

}

// OwnerSlow is a free data retrieval call binding the contract method 0x2751c130.
//
// Solidity: function ownerSlow() view returns(address)
func (_CrossChainManager *CrossChainManagerSession) OwnerSlow() (common.Address, error) {
	return _CrossChainManager.Contract.OwnerSlow(&_CrossChainManager.CallOpts)
}

// OwnerSlow is a free data retrieval call binding the contract method 0x2751c130.
//
// Solidity: function ownerSlow() view returns(address)
func (_CrossChainManager *CrossChainManagerCallerSession) OwnerSlow() (common.Address, error) {
	return _CrossChainManager.Contract.OwnerSlow(&_CrossChainManager.CallOpts)
}

// Pauser is a free data retrieval call binding the contract method 0x0a1289ad.
//
// Solidity: function pauser(address account) view returns(bool)
func (_CrossChainManager *CrossChainManagerCaller) Pauser(opts *bind.CallOpts, account common.Address) (bool, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "pauser", account)

	if err != nil {
		return *new(bool), err
	}

	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)

	return out0, err

}

// Pauser is a free data retrieval call binding the contract method 0x0a1289ad.
//
// Solidity: function pauser(address account) view returns(bool)
func (_CrossChainManager *CrossChainManagerSession) Pauser(account common.Address) (bool, error) {
	return _CrossChainManager.Contract.Pauser(&_CrossChainManager.CallOpts, account)
}

// Pauser is a free data retrieval call binding the contract method 0x0a1289ad.
//
// Solidity: function pauser(address account) view returns(bool)
func (_CrossChainManager *CrossChainManagerCallerSession) Pauser(account common.Address) (bool, error) {
	return _CrossChainManager.Contract.Pauser(&_CrossChainManager.CallOpts, account)
}

// Retired is a free data retrieval call binding the contract method 0x32d43bc2.
//
// Solidity: function retired(address lane) view returns(uint64 sourceChain, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags)
func (_CrossChainManager *CrossChainManagerCaller) Retired(opts *bind.CallOpts, lane common.Address) (struct {
	SourceChain    uint64
	PausedUntil    *big.Int
	MinSourceEpoch uint32
	Flags          uint8
}, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "retired", lane)

	outstruct := new(struct {
		SourceChain    uint64
		PausedUntil    *big.Int
		MinSourceEpoch uint32
		Flags          uint8
	})
	if err != nil {
		return *outstruct, err
	}

	outstruct.SourceChain = *abi.ConvertType(out[0], new(uint64)).(*uint64)
	outstruct.PausedUntil = *abi.ConvertType(out[1], new(*big.Int)).(**big.Int)
	outstruct.MinSourceEpoch = *abi.ConvertType(out[2], new(uint32)).(*uint32)
	outstruct.Flags = *abi.ConvertType(out[3], new(uint8)).(*uint8)

	return *outstruct, err

}

// Retired is a free data retrieval call binding the contract method 0x32d43bc2.
//
// Solidity: function retired(address lane) view returns(uint64 sourceChain, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags)
func (_CrossChainManager *CrossChainManagerSession) Retired(lane common.Address) (struct {
	SourceChain    uint64
	PausedUntil    *big.Int
	MinSourceEpoch uint32
	Flags          uint8
}, error) {
	return _CrossChainManager.Contract.Retired(&_CrossChainManager.CallOpts, lane)
}

// Retired is a free data retrieval call binding the contract method 0x32d43bc2.
//
// Solidity: function retired(address lane) view returns(uint64 sourceChain, uint40 pausedUntil, uint32 minSourceEpoch, uint8 flags)
func (_CrossChainManager *CrossChainManagerCallerSession) Retired(lane common.Address) (struct {
	SourceChain    uint64
	PausedUntil    *big.Int
	MinSourceEpoch uint32
	Flags          uint8
}, error) {
	return _CrossChainManager.Contract.Retired(&_CrossChainManager.CallOpts, lane)
}

// SupportsAttribute is a free data retrieval call binding the contract method 0xdc680a0f.
//
// Solidity: function supportsAttribute(bytes4 selector) pure returns(bool)
func (_CrossChainManager *CrossChainManagerCaller) SupportsAttribute(opts *bind.CallOpts, selector [4]byte) (bool, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "supportsAttribute", selector)

	if err != nil {
		return *new(bool), err
	}

	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)

	return out0, err

}

// SupportsAttribute is a free data retrieval call binding the contract method 0xdc680a0f.
//
// Solidity: function supportsAttribute(bytes4 selector) pure returns(bool)
func (_CrossChainManager *CrossChainManagerSession) SupportsAttribute(selector [4]byte) (bool, error) {
	return _CrossChainManager.Contract.SupportsAttribute(&_CrossChainManager.CallOpts, selector)
}

// SupportsAttribute is a free data retrieval call binding the contract method 0xdc680a0f.
//
// Solidity: function supportsAttribute(bytes4 selector) pure returns(bool)
func (_CrossChainManager *CrossChainManagerCallerSession) SupportsAttribute(selector [4]byte) (bool, error) {
	return _CrossChainManager.Contract.SupportsAttribute(&_CrossChainManager.CallOpts, selector)
}

// VerifiedMessages is a free data retrieval call binding the contract method 0x447b1a62.
//
// Solidity: function verifiedMessages(address lane, uint256 nonce) view returns(bool)
func (_CrossChainManager *CrossChainManagerCaller) VerifiedMessages(opts *bind.CallOpts, lane common.Address, nonce *big.Int) (bool, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "verifiedMessages", lane, nonce)

	if err != nil {
		return *new(bool), err
	}

	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)

	return out0, err

}

// VerifiedMessages is a free data retrieval call binding the contract method 0x447b1a62.
//
// Solidity: function verifiedMessages(address lane, uint256 nonce) view returns(bool)
func (_CrossChainManager *CrossChainManagerSession) VerifiedMessages(lane common.Address, nonce *big.Int) (bool, error) {
	return _CrossChainManager.Contract.VerifiedMessages(&_CrossChainManager.CallOpts, lane, nonce)
}

// VerifiedMessages is a free data retrieval call binding the contract method 0x447b1a62.
//
// Solidity: function verifiedMessages(address lane, uint256 nonce) view returns(bool)
func (_CrossChainManager *CrossChainManagerCallerSession) VerifiedMessages(lane common.Address, nonce *big.Int) (bool, error) {
	return _CrossChainManager.Contract.VerifiedMessages(&_CrossChainManager.CallOpts, lane, nonce)
}

// VerifyLeaf is a free data retrieval call binding the contract method 0xbeebc4b1.
//
// Solidity: function verifyLeaf(uint256 sourceChain, bytes32 leaf, bytes proof) view returns(bool)
func (_CrossChainManager *CrossChainManagerCaller) VerifyLeaf(opts *bind.CallOpts, sourceChain *big.Int, leaf [32]byte, proof []byte) (bool, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "verifyLeaf", sourceChain, leaf, proof)

	if err != nil {
		return *new(bool), err
	}

	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)

	return out0, err

}

// VerifyLeaf is a free data retrieval call binding the contract method 0xbeebc4b1.
//
// Solidity: function verifyLeaf(uint256 sourceChain, bytes32 leaf, bytes proof) view returns(bool)
func (_CrossChainManager *CrossChainManagerSession) VerifyLeaf(sourceChain *big.Int, leaf [32]byte, proof []byte) (bool, error) {
	return _CrossChainManager.Contract.VerifyLeaf(&_CrossChainManager.CallOpts, sourceChain, leaf, proof)
}

// VerifyLeaf is a free data retrieval call binding the contract method 0xbeebc4b1.
//
// Solidity: function verifyLeaf(uint256 sourceChain, bytes32 leaf, bytes proof) view returns(bool)
func (_CrossChainManager *CrossChainManagerCallerSession) VerifyLeaf(sourceChain *big.Int, leaf [32]byte, proof []byte) (bool, error) {
	return _CrossChainManager.Contract.VerifyLeaf(&_CrossChainManager.CallOpts, sourceChain, leaf, proof)
}

// VerifyLeafAt is a free data retrieval call binding the contract method 0xec7de250.
//
// Solidity: function verifyLeafAt(uint256 sourceChain, bytes32 leaf, bytes proof, uint8 finality) view returns(bool)
func (_CrossChainManager *CrossChainManagerCaller) VerifyLeafAt(opts *bind.CallOpts, sourceChain *big.Int, leaf [32]byte, proof []byte, finality uint8) (bool, error) {
	var out []interface{}
	err := _CrossChainManager.contract.Call(opts, &out, "verifyLeafAt", sourceChain, leaf, proof, finality)

	if err != nil {
		return *new(bool), err
	}

	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)

	return out0, err

}

// VerifyLeafAt is a free data retrieval call binding the contract method 0xec7de250.
//
// Solidity: function verifyLeafAt(uint256 sourceChain, bytes32 leaf, bytes proof, uint8 finality) view returns(bool)
func (_CrossChainManager *CrossChainManagerSession) VerifyLeafAt(sourceChain *big.Int, leaf [32]byte, proof []byte, finality uint8) (bool, error) {
	return _CrossChainManager.Contract.VerifyLeafAt(&_CrossChainManager.CallOpts, sourceChain, leaf, proof, finality)
}

// VerifyLeafAt is a free data retrieval call binding the contract method 0xec7de250.
//
// Solidity: function verifyLeafAt(uint256 sourceChain, bytes32 leaf, bytes proof, uint8 finality) view returns(bool)
func (_CrossChainManager *CrossChainManagerCallerSession) VerifyLeafAt(sourceChain *big.Int, leaf [32]byte, proof []byte, finality uint8) (bool, error) {
	return _CrossChainManager.Contract.VerifyLeafAt(&_CrossChainManager.CallOpts, sourceChain, leaf, proof, finality)
}

// AddLane is a paid mutator transaction binding the contract method 0xd94c4822.
//
// Solidity: function addLane(uint256 remoteChain, uint8 finality, address remote) returns()
func (_CrossChainManager *CrossChainManagerTransactor) AddLane(opts *bind.TransactOpts, remoteChain *big.Int, finality uint8, remote common.Address) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "addLane", remoteChain, finality, remote)
}

// AddLane is a paid mutator transaction binding the contract method 0xd94c4822.
//
// Solidity: function addLane(uint256 remoteChain, uint8 finality, address remote) returns()
func (_CrossChainManager *CrossChainManagerSession) AddLane(remoteChain *big.Int, finality uint8, remote common.Address) (*types.Transaction, error) {
	return _CrossChainManager.Contract.AddLane(&_CrossChainManager.TransactOpts, remoteChain, finality, remote)
}

// AddLane is a paid mutator transaction binding the contract method 0xd94c4822.
//
// Solidity: function addLane(uint256 remoteChain, uint8 finality, address remote) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) AddLane(remoteChain *big.Int, finality uint8, remote common.Address) (*types.Transaction, error) {
	return _CrossChainManager.Contract.AddLane(&_CrossChainManager.TransactOpts, remoteChain, finality, remote)
}

// PauseAll is a paid mutator transaction binding the contract method 0x595c6a67.
//
// Solidity: function pauseAll() returns()
func (_CrossChainManager *CrossChainManagerTransactor) PauseAll(opts *bind.TransactOpts) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "pauseAll")
}

// PauseAll is a paid mutator transaction binding the contract method 0x595c6a67.
//
// Solidity: function pauseAll() returns()
func (_CrossChainManager *CrossChainManagerSession) PauseAll() (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseAll(&_CrossChainManager.TransactOpts)
}

// PauseAll is a paid mutator transaction binding the contract method 0x595c6a67.
//
// Solidity: function pauseAll() returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) PauseAll() (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseAll(&_CrossChainManager.TransactOpts)
}

// PauseInbound is a paid mutator transaction binding the contract method 0x5052edb5.
//
// Solidity: function pauseInbound(uint256 sourceChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactor) PauseInbound(opts *bind.TransactOpts, sourceChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "pauseInbound", sourceChain, finality)
}

// PauseInbound is a paid mutator transaction binding the contract method 0x5052edb5.
//
// Solidity: function pauseInbound(uint256 sourceChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerSession) PauseInbound(sourceChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseInbound(&_CrossChainManager.TransactOpts, sourceChain, finality)
}

// PauseInbound is a paid mutator transaction binding the contract method 0x5052edb5.
//
// Solidity: function pauseInbound(uint256 sourceChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) PauseInbound(sourceChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseInbound(&_CrossChainManager.TransactOpts, sourceChain, finality)
}

// PauseOutbound is a paid mutator transaction binding the contract method 0x09dd9413.
//
// Solidity: function pauseOutbound(uint256 targetChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactor) PauseOutbound(opts *bind.TransactOpts, targetChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "pauseOutbound", targetChain, finality)
}

// PauseOutbound is a paid mutator transaction binding the contract method 0x09dd9413.
//
// Solidity: function pauseOutbound(uint256 targetChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerSession) PauseOutbound(targetChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseOutbound(&_CrossChainManager.TransactOpts, targetChain, finality)
}

// PauseOutbound is a paid mutator transaction binding the contract method 0x09dd9413.
//
// Solidity: function pauseOutbound(uint256 targetChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) PauseOutbound(targetChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseOutbound(&_CrossChainManager.TransactOpts, targetChain, finality)
}

// PauseRetired is a paid mutator transaction binding the contract method 0x5ccc3c27.
//
// Solidity: function pauseRetired(address lane) returns()
func (_CrossChainManager *CrossChainManagerTransactor) PauseRetired(opts *bind.TransactOpts, lane common.Address) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "pauseRetired", lane)
}

// PauseRetired is a paid mutator transaction binding the contract method 0x5ccc3c27.
//
// Solidity: function pauseRetired(address lane) returns()
func (_CrossChainManager *CrossChainManagerSession) PauseRetired(lane common.Address) (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseRetired(&_CrossChainManager.TransactOpts, lane)
}

// PauseRetired is a paid mutator transaction binding the contract method 0x5ccc3c27.
//
// Solidity: function pauseRetired(address lane) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) PauseRetired(lane common.Address) (*types.Transaction, error) {
	return _CrossChainManager.Contract.PauseRetired(&_CrossChainManager.TransactOpts, lane)
}

// ReceiveMessage is a paid mutator transaction binding the contract method 0xe67a9714.
//
// Solidity: function receiveMessage(uint256 sourceChain, bytes32 messageId, address target, bytes data, bytes proof) returns()
func (_CrossChainManager *CrossChainManagerTransactor) ReceiveMessage(opts *bind.TransactOpts, sourceChain *big.Int, messageId [32]byte, target common.Address, data []byte, proof []byte) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "receiveMessage", sourceChain, messageId, target, data, proof)
}

// ReceiveMessage is a paid mutator transaction binding the contract method 0xe67a9714.
//
// Solidity: function receiveMessage(uint256 sourceChain, bytes32 messageId, address target, bytes data, bytes proof) returns()
func (_CrossChainManager *CrossChainManagerSession) ReceiveMessage(sourceChain *big.Int, messageId [32]byte, target common.Address, data []byte, proof []byte) (*types.Transaction, error) {
	return _CrossChainManager.Contract.ReceiveMessage(&_CrossChainManager.TransactOpts, sourceChain, messageId, target, data, proof)
}

// ReceiveMessage is a paid mutator transaction binding the contract method 0xe67a9714.
//
// Solidity: function receiveMessage(uint256 sourceChain, bytes32 messageId, address target, bytes data, bytes proof) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) ReceiveMessage(sourceChain *big.Int, messageId [32]byte, target common.Address, data []byte, proof []byte) (*types.Transaction, error) {
	return _CrossChainManager.Contract.ReceiveMessage(&_CrossChainManager.TransactOpts, sourceChain, messageId, target, data, proof)
}

// Seal is a paid mutator transaction binding the contract method 0x3fb27b85.
//
// Solidity: function seal() returns()
func (_CrossChainManager *CrossChainManagerTransactor) Seal(opts *bind.TransactOpts) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "seal")
}

// Seal is a paid mutator transaction binding the contract method 0x3fb27b85.
//
// Solidity: function seal() returns()
func (_CrossChainManager *CrossChainManagerSession) Seal() (*types.Transaction, error) {
	return _CrossChainManager.Contract.Seal(&_CrossChainManager.TransactOpts)
}

// Seal is a paid mutator transaction binding the contract method 0x3fb27b85.
//
// Solidity: function seal() returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) Seal() (*types.Transaction, error) {
	return _CrossChainManager.Contract.Seal(&_CrossChainManager.TransactOpts)
}

// SendMessage is a paid mutator transaction binding the contract method 0x7056f41f.
//
// Solidity: function sendMessage(uint256 targetChain, address target, bytes data) payable returns()
func (_CrossChainManager *CrossChainManagerTransactor) SendMessage(opts *bind.TransactOpts, targetChain *big.Int, target common.Address, data []byte) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "sendMessage", targetChain, target, data)
}

// SendMessage is a paid mutator transaction binding the contract method 0x7056f41f.
//
// Solidity: function sendMessage(uint256 targetChain, address target, bytes data) payable returns()
func (_CrossChainManager *CrossChainManagerSession) SendMessage(targetChain *big.Int, target common.Address, data []byte) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SendMessage(&_CrossChainManager.TransactOpts, targetChain, target, data)
}

// SendMessage is a paid mutator transaction binding the contract method 0x7056f41f.
//
// Solidity: function sendMessage(uint256 targetChain, address target, bytes data) payable returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) SendMessage(targetChain *big.Int, target common.Address, data []byte) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SendMessage(&_CrossChainManager.TransactOpts, targetChain, target, data)
}

// SendMessage0 is a paid mutator transaction binding the contract method 0xcdfe7f5c.
//
// Solidity: function sendMessage(bytes recipient, bytes payload, bytes[] attributes) payable returns(bytes32 sendId)
func (_CrossChainManager *CrossChainManagerTransactor) SendMessage0(opts *bind.TransactOpts, recipient []byte, payload []byte, attributes [][]byte) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "sendMessage0", recipient, payload, attributes)
}

// SendMessage0 is a paid mutator transaction binding the contract method 0xcdfe7f5c.
//
// Solidity: function sendMessage(bytes recipient, bytes payload, bytes[] attributes) payable returns(bytes32 sendId)
func (_CrossChainManager *CrossChainManagerSession) SendMessage0(recipient []byte, payload []byte, attributes [][]byte) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SendMessage0(&_CrossChainManager.TransactOpts, recipient, payload, attributes)
}

// SendMessage0 is a paid mutator transaction binding the contract method 0xcdfe7f5c.
//
// Solidity: function sendMessage(bytes recipient, bytes payload, bytes[] attributes) payable returns(bytes32 sendId)
func (_CrossChainManager *CrossChainManagerTransactorSession) SendMessage0(recipient []byte, payload []byte, attributes [][]byte) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SendMessage0(&_CrossChainManager.TransactOpts, recipient, payload, attributes)
}

// SetDemandedFinality is a paid mutator transaction binding the contract method 0xf13bcb8f.
//
// Solidity: function setDemandedFinality(uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactor) SetDemandedFinality(opts *bind.TransactOpts, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "setDemandedFinality", finality)
}

// SetDemandedFinality is a paid mutator transaction binding the contract method 0xf13bcb8f.
//
// Solidity: function setDemandedFinality(uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerSession) SetDemandedFinality(finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SetDemandedFinality(&_CrossChainManager.TransactOpts, finality)
}

// SetDemandedFinality is a paid mutator transaction binding the contract method 0xf13bcb8f.
//
// Solidity: function setDemandedFinality(uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) SetDemandedFinality(finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SetDemandedFinality(&_CrossChainManager.TransactOpts, finality)
}

// SetPauser is a paid mutator transaction binding the contract method 0x7180c8ca.
//
// Solidity: function setPauser(address account, bool enabled) returns()
func (_CrossChainManager *CrossChainManagerTransactor) SetPauser(opts *bind.TransactOpts, account common.Address, enabled bool) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "setPauser", account, enabled)
}

// SetPauser is a paid mutator transaction binding the contract method 0x7180c8ca.
//
// Solidity: function setPauser(address account, bool enabled) returns()
func (_CrossChainManager *CrossChainManagerSession) SetPauser(account common.Address, enabled bool) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SetPauser(&_CrossChainManager.TransactOpts, account, enabled)
}

// SetPauser is a paid mutator transaction binding the contract method 0x7180c8ca.
//
// Solidity: function setPauser(address account, bool enabled) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) SetPauser(account common.Address, enabled bool) (*types.Transaction, error) {
	return _CrossChainManager.Contract.SetPauser(&_CrossChainManager.TransactOpts, account, enabled)
}

// UnpauseAll is a paid mutator transaction binding the contract method 0x8a2ddd03.
//
// Solidity: function unpauseAll() returns()
func (_CrossChainManager *CrossChainManagerTransactor) UnpauseAll(opts *bind.TransactOpts) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "unpauseAll")
}

// UnpauseAll is a paid mutator transaction binding the contract method 0x8a2ddd03.
//
// Solidity: function unpauseAll() returns()
func (_CrossChainManager *CrossChainManagerSession) UnpauseAll() (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseAll(&_CrossChainManager.TransactOpts)
}

// UnpauseAll is a paid mutator transaction binding the contract method 0x8a2ddd03.
//
// Solidity: function unpauseAll() returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) UnpauseAll() (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseAll(&_CrossChainManager.TransactOpts)
}

// UnpauseInbound is a paid mutator transaction binding the contract method 0xe26fe6c2.
//
// Solidity: function unpauseInbound(uint256 sourceChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactor) UnpauseInbound(opts *bind.TransactOpts, sourceChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "unpauseInbound", sourceChain, finality)
}

// UnpauseInbound is a paid mutator transaction binding the contract method 0xe26fe6c2.
//
// Solidity: function unpauseInbound(uint256 sourceChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerSession) UnpauseInbound(sourceChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseInbound(&_CrossChainManager.TransactOpts, sourceChain, finality)
}

// UnpauseInbound is a paid mutator transaction binding the contract method 0xe26fe6c2.
//
// Solidity: function unpauseInbound(uint256 sourceChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) UnpauseInbound(sourceChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseInbound(&_CrossChainManager.TransactOpts, sourceChain, finality)
}

// UnpauseOutbound is a paid mutator transaction binding the contract method 0x0ff66f99.
//
// Solidity: function unpauseOutbound(uint256 targetChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactor) UnpauseOutbound(opts *bind.TransactOpts, targetChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "unpauseOutbound", targetChain, finality)
}

// UnpauseOutbound is a paid mutator transaction binding the contract method 0x0ff66f99.
//
// Solidity: function unpauseOutbound(uint256 targetChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerSession) UnpauseOutbound(targetChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseOutbound(&_CrossChainManager.TransactOpts, targetChain, finality)
}

// UnpauseOutbound is a paid mutator transaction binding the contract method 0x0ff66f99.
//
// Solidity: function unpauseOutbound(uint256 targetChain, uint8 finality) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) UnpauseOutbound(targetChain *big.Int, finality uint8) (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseOutbound(&_CrossChainManager.TransactOpts, targetChain, finality)
}

// UnpauseRetired is a paid mutator transaction binding the contract method 0x6c50bea5.
//
// Solidity: function unpauseRetired(address lane) returns()
func (_CrossChainManager *CrossChainManagerTransactor) UnpauseRetired(opts *bind.TransactOpts, lane common.Address) (*types.Transaction, error) {
	return _CrossChainManager.contract.Transact(opts, "unpauseRetired", lane)
}

// UnpauseRetired is a paid mutator transaction binding the contract method 0x6c50bea5.
//
// Solidity: function unpauseRetired(address lane) returns()
func (_CrossChainManager *CrossChainManagerSession) UnpauseRetired(lane common.Address) (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseRetired(&_CrossChainManager.TransactOpts, lane)
}

// UnpauseRetired is a paid mutator transaction binding the contract method 0x6c50bea5.
//
// Solidity: function unpauseRetired(address lane) returns()
func (_CrossChainManager *CrossChainManagerTransactorSession) UnpauseRetired(lane common.Address) (*types.Transaction, error) {
	return _CrossChainManager.Contract.UnpauseRetired(&_CrossChainManager.TransactOpts, lane)
}

// CrossChainManagerCrossChainMessageIterator is returned from FilterCrossChainMessage and is used to iterate over the raw logs and unpacked data for CrossChainMessage events raised by the CrossChainManager contract.
type CrossChainManagerCrossChainMessageIterator struct {
	Event *CrossChainManagerCrossChainMessage // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerCrossChainMessageIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerCrossChainMessage)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerCrossChainMessage)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerCrossChainMessageIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerCrossChainMessageIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerCrossChainMessage represents a CrossChainMessage event raised by the CrossChainManager contract.
type CrossChainManagerCrossChainMessage struct {
	FromChain *big.Int
	ToChain   *big.Int
	MessageId [32]byte
	Target    common.Address
	Data      []byte
	Raw       types.Log // Blockchain specific contextual infos
}

// FilterCrossChainMessage is a free log retrieval operation binding the contract event 0x78493e3caa68a51b343da916b4dfa3d56ade37e9eeb31fc53b77672a74a52ca4.
//
// Solidity: event CrossChainMessage(uint256 indexed fromChain, uint256 indexed toChain, bytes32 indexed messageId, address target, bytes data)
func (_CrossChainManager *CrossChainManagerFilterer) FilterCrossChainMessage(opts *bind.FilterOpts, fromChain []*big.Int, toChain []*big.Int, messageId [][32]byte) (*CrossChainManagerCrossChainMessageIterator, error) {

	var fromChainRule []interface{}
	for _, fromChainItem := range fromChain {
		fromChainRule = append(fromChainRule, fromChainItem)
	}
	var toChainRule []interface{}
	for _, toChainItem := range toChain {
		toChainRule = append(toChainRule, toChainItem)
	}
	var messageIdRule []interface{}
	for _, messageIdItem := range messageId {
		messageIdRule = append(messageIdRule, messageIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "CrossChainMessage", fromChainRule, toChainRule, messageIdRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerCrossChainMessageIterator{contract: _CrossChainManager.contract, event: "CrossChainMessage", logs: logs, sub: sub}, nil
}

// WatchCrossChainMessage is a free log subscription operation binding the contract event 0x78493e3caa68a51b343da916b4dfa3d56ade37e9eeb31fc53b77672a74a52ca4.
//
// Solidity: event CrossChainMessage(uint256 indexed fromChain, uint256 indexed toChain, bytes32 indexed messageId, address target, bytes data)
func (_CrossChainManager *CrossChainManagerFilterer) WatchCrossChainMessage(opts *bind.WatchOpts, sink chan<- *CrossChainManagerCrossChainMessage, fromChain []*big.Int, toChain []*big.Int, messageId [][32]byte) (event.Subscription, error) {

	var fromChainRule []interface{}
	for _, fromChainItem := range fromChain {
		fromChainRule = append(fromChainRule, fromChainItem)
	}
	var toChainRule []interface{}
	for _, toChainItem := range toChain {
		toChainRule = append(toChainRule, toChainItem)
	}
	var messageIdRule []interface{}
	for _, messageIdItem := range messageId {
		messageIdRule = append(messageIdRule, messageIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "CrossChainMessage", fromChainRule, toChainRule, messageIdRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerCrossChainMessage)
				if err := _CrossChainManager.contract.UnpackLog(event, "CrossChainMessage", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseCrossChainMessage is a log parse operation binding the contract event 0x78493e3caa68a51b343da916b4dfa3d56ade37e9eeb31fc53b77672a74a52ca4.
//
// Solidity: event CrossChainMessage(uint256 indexed fromChain, uint256 indexed toChain, bytes32 indexed messageId, address target, bytes data)
func (_CrossChainManager *CrossChainManagerFilterer) ParseCrossChainMessage(log types.Log) (*CrossChainManagerCrossChainMessage, error) {
	event := new(CrossChainManagerCrossChainMessage)
	if err := _CrossChainManager.contract.UnpackLog(event, "CrossChainMessage", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerDemandedFinalitySetIterator is returned from FilterDemandedFinalitySet and is used to iterate over the raw logs and unpacked data for DemandedFinalitySet events raised by the CrossChainManager contract.
type CrossChainManagerDemandedFinalitySetIterator struct {
	Event *CrossChainManagerDemandedFinalitySet // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerDemandedFinalitySetIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerDemandedFinalitySet)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerDemandedFinalitySet)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerDemandedFinalitySetIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerDemandedFinalitySetIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerDemandedFinalitySet represents a DemandedFinalitySet event raised by the CrossChainManager contract.
type CrossChainManagerDemandedFinalitySet struct {
	Recipient common.Address
	Finality  uint8
	Raw       types.Log // Blockchain specific contextual infos
}

// FilterDemandedFinalitySet is a free log retrieval operation binding the contract event 0x0179cb27e57cad11f875b185cf51e1a556e61ebcb13303f07703d7c6cc197ad7.
//
// Solidity: event DemandedFinalitySet(address indexed recipient, uint8 finality)
func (_CrossChainManager *CrossChainManagerFilterer) FilterDemandedFinalitySet(opts *bind.FilterOpts, recipient []common.Address) (*CrossChainManagerDemandedFinalitySetIterator, error) {

	var recipientRule []interface{}
	for _, recipientItem := range recipient {
		recipientRule = append(recipientRule, recipientItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "DemandedFinalitySet", recipientRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerDemandedFinalitySetIterator{contract: _CrossChainManager.contract, event: "DemandedFinalitySet", logs: logs, sub: sub}, nil
}

// WatchDemandedFinalitySet is a free log subscription operation binding the contract event 0x0179cb27e57cad11f875b185cf51e1a556e61ebcb13303f07703d7c6cc197ad7.
//
// Solidity: event DemandedFinalitySet(address indexed recipient, uint8 finality)
func (_CrossChainManager *CrossChainManagerFilterer) WatchDemandedFinalitySet(opts *bind.WatchOpts, sink chan<- *CrossChainManagerDemandedFinalitySet, recipient []common.Address) (event.Subscription, error) {

	var recipientRule []interface{}
	for _, recipientItem := range recipient {
		recipientRule = append(recipientRule, recipientItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "DemandedFinalitySet", recipientRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerDemandedFinalitySet)
				if err := _CrossChainManager.contract.UnpackLog(event, "DemandedFinalitySet", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseDemandedFinalitySet is a log parse operation binding the contract event 0x0179cb27e57cad11f875b185cf51e1a556e61ebcb13303f07703d7c6cc197ad7.
//
// Solidity: event DemandedFinalitySet(address indexed recipient, uint8 finality)
func (_CrossChainManager *CrossChainManagerFilterer) ParseDemandedFinalitySet(log types.Log) (*CrossChainManagerDemandedFinalitySet, error) {
	event := new(CrossChainManagerDemandedFinalitySet)
	if err := _CrossChainManager.contract.UnpackLog(event, "DemandedFinalitySet", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerEverythingPausedIterator is returned from FilterEverythingPaused and is used to iterate over the raw logs and unpacked data for EverythingPaused events raised by the CrossChainManager contract.
type CrossChainManagerEverythingPausedIterator struct {
	Event *CrossChainManagerEverythingPaused // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerEverythingPausedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerEverythingPaused)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerEverythingPaused)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerEverythingPausedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerEverythingPausedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerEverythingPaused represents a EverythingPaused event raised by the CrossChainManager contract.
type CrossChainManagerEverythingPaused struct {
	Until *big.Int
	By    common.Address
	Raw   types.Log // Blockchain specific contextual infos
}

// FilterEverythingPaused is a free log retrieval operation binding the contract event 0xd5231b423c28a0687c61a12b2db16c718cbe7abe67591ad8c7691218780af09a.
//
// Solidity: event EverythingPaused(uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) FilterEverythingPaused(opts *bind.FilterOpts) (*CrossChainManagerEverythingPausedIterator, error) {

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "EverythingPaused")
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerEverythingPausedIterator{contract: _CrossChainManager.contract, event: "EverythingPaused", logs: logs, sub: sub}, nil
}

// WatchEverythingPaused is a free log subscription operation binding the contract event 0xd5231b423c28a0687c61a12b2db16c718cbe7abe67591ad8c7691218780af09a.
//
// Solidity: event EverythingPaused(uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) WatchEverythingPaused(opts *bind.WatchOpts, sink chan<- *CrossChainManagerEverythingPaused) (event.Subscription, error) {

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "EverythingPaused")
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerEverythingPaused)
				if err := _CrossChainManager.contract.UnpackLog(event, "EverythingPaused", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseEverythingPaused is a log parse operation binding the contract event 0xd5231b423c28a0687c61a12b2db16c718cbe7abe67591ad8c7691218780af09a.
//
// Solidity: event EverythingPaused(uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) ParseEverythingPaused(log types.Log) (*CrossChainManagerEverythingPaused, error) {
	event := new(CrossChainManagerEverythingPaused)
	if err := _CrossChainManager.contract.UnpackLog(event, "EverythingPaused", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerEverythingUnpausedIterator is returned from FilterEverythingUnpaused and is used to iterate over the raw logs and unpacked data for EverythingUnpaused events raised by the CrossChainManager contract.
type CrossChainManagerEverythingUnpausedIterator struct {
	Event *CrossChainManagerEverythingUnpaused // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerEverythingUnpausedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerEverythingUnpaused)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerEverythingUnpaused)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerEverythingUnpausedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerEverythingUnpausedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerEverythingUnpaused represents a EverythingUnpaused event raised by the CrossChainManager contract.
type CrossChainManagerEverythingUnpaused struct {
	By  common.Address
	Raw types.Log // Blockchain specific contextual infos
}

// FilterEverythingUnpaused is a free log retrieval operation binding the contract event 0xd21e40ee04b7215be315daaffdbbc862196624069e4207e171ff560e7807badc.
//
// Solidity: event EverythingUnpaused(address by)
func (_CrossChainManager *CrossChainManagerFilterer) FilterEverythingUnpaused(opts *bind.FilterOpts) (*CrossChainManagerEverythingUnpausedIterator, error) {

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "EverythingUnpaused")
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerEverythingUnpausedIterator{contract: _CrossChainManager.contract, event: "EverythingUnpaused", logs: logs, sub: sub}, nil
}

// WatchEverythingUnpaused is a free log subscription operation binding the contract event 0xd21e40ee04b7215be315daaffdbbc862196624069e4207e171ff560e7807badc.
//
// Solidity: event EverythingUnpaused(address by)
func (_CrossChainManager *CrossChainManagerFilterer) WatchEverythingUnpaused(opts *bind.WatchOpts, sink chan<- *CrossChainManagerEverythingUnpaused) (event.Subscription, error) {

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "EverythingUnpaused")
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerEverythingUnpaused)
				if err := _CrossChainManager.contract.UnpackLog(event, "EverythingUnpaused", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseEverythingUnpaused is a log parse operation binding the contract event 0xd21e40ee04b7215be315daaffdbbc862196624069e4207e171ff560e7807badc.
//
// Solidity: event EverythingUnpaused(address by)
func (_CrossChainManager *CrossChainManagerFilterer) ParseEverythingUnpaused(log types.Log) (*CrossChainManagerEverythingUnpaused, error) {
	event := new(CrossChainManagerEverythingUnpaused)
	if err := _CrossChainManager.contract.UnpackLog(event, "EverythingUnpaused", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerInboundPausedIterator is returned from FilterInboundPaused and is used to iterate over the raw logs and unpacked data for InboundPaused events raised by the CrossChainManager contract.
type CrossChainManagerInboundPausedIterator struct {
	Event *CrossChainManagerInboundPaused // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerInboundPausedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerInboundPaused)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerInboundPaused)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerInboundPausedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerInboundPausedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerInboundPaused represents a InboundPaused event raised by the CrossChainManager contract.
type CrossChainManagerInboundPaused struct {
	SourceChain *big.Int
	Lane        common.Address
	Until       *big.Int
	By          common.Address
	Raw         types.Log // Blockchain specific contextual infos
}

// FilterInboundPaused is a free log retrieval operation binding the contract event 0xbe7b6ab93e0f09ca1f282445e1d840337859c99ddc9cd8a9b2d46f7cfff1bb2c.
//
// Solidity: event InboundPaused(uint256 indexed sourceChain, address indexed lane, uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) FilterInboundPaused(opts *bind.FilterOpts, sourceChain []*big.Int, lane []common.Address) (*CrossChainManagerInboundPausedIterator, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var laneRule []interface{}
	for _, laneItem := range lane {
		laneRule = append(laneRule, laneItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "InboundPaused", sourceChainRule, laneRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerInboundPausedIterator{contract: _CrossChainManager.contract, event: "InboundPaused", logs: logs, sub: sub}, nil
}

// WatchInboundPaused is a free log subscription operation binding the contract event 0xbe7b6ab93e0f09ca1f282445e1d840337859c99ddc9cd8a9b2d46f7cfff1bb2c.
//
// Solidity: event InboundPaused(uint256 indexed sourceChain, address indexed lane, uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) WatchInboundPaused(opts *bind.WatchOpts, sink chan<- *CrossChainManagerInboundPaused, sourceChain []*big.Int, lane []common.Address) (event.Subscription, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var laneRule []interface{}
	for _, laneItem := range lane {
		laneRule = append(laneRule, laneItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "InboundPaused", sourceChainRule, laneRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerInboundPaused)
				if err := _CrossChainManager.contract.UnpackLog(event, "InboundPaused", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseInboundPaused is a log parse operation binding the contract event 0xbe7b6ab93e0f09ca1f282445e1d840337859c99ddc9cd8a9b2d46f7cfff1bb2c.
//
// Solidity: event InboundPaused(uint256 indexed sourceChain, address indexed lane, uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) ParseInboundPaused(log types.Log) (*CrossChainManagerInboundPaused, error) {
	event := new(CrossChainManagerInboundPaused)
	if err := _CrossChainManager.contract.UnpackLog(event, "InboundPaused", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerInboundSetIterator is returned from FilterInboundSet and is used to iterate over the raw logs and unpacked data for InboundSet events raised by the CrossChainManager contract.
type CrossChainManagerInboundSetIterator struct {
	Event *CrossChainManagerInboundSet // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerInboundSetIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerInboundSet)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerInboundSet)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerInboundSetIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerInboundSetIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerInboundSet represents a InboundSet event raised by the CrossChainManager contract.
type CrossChainManagerInboundSet struct {
	SourceChain *big.Int
	Finality    uint8
	Remote      common.Address
	Lane        common.Address
	Raw         types.Log // Blockchain specific contextual infos
}

// FilterInboundSet is a free log retrieval operation binding the contract event 0xba97e613a07fad8f5f11bb23e2b80b7bbd06ca9b71159b9e691ad9a5aea2d784.
//
// Solidity: event InboundSet(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane)
func (_CrossChainManager *CrossChainManagerFilterer) FilterInboundSet(opts *bind.FilterOpts, sourceChain []*big.Int, finality []uint8) (*CrossChainManagerInboundSetIterator, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "InboundSet", sourceChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerInboundSetIterator{contract: _CrossChainManager.contract, event: "InboundSet", logs: logs, sub: sub}, nil
}

// WatchInboundSet is a free log subscription operation binding the contract event 0xba97e613a07fad8f5f11bb23e2b80b7bbd06ca9b71159b9e691ad9a5aea2d784.
//
// Solidity: event InboundSet(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane)
func (_CrossChainManager *CrossChainManagerFilterer) WatchInboundSet(opts *bind.WatchOpts, sink chan<- *CrossChainManagerInboundSet, sourceChain []*big.Int, finality []uint8) (event.Subscription, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "InboundSet", sourceChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerInboundSet)
				if err := _CrossChainManager.contract.UnpackLog(event, "InboundSet", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseInboundSet is a log parse operation binding the contract event 0xba97e613a07fad8f5f11bb23e2b80b7bbd06ca9b71159b9e691ad9a5aea2d784.
//
// Solidity: event InboundSet(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane)
func (_CrossChainManager *CrossChainManagerFilterer) ParseInboundSet(log types.Log) (*CrossChainManagerInboundSet, error) {
	event := new(CrossChainManagerInboundSet)
	if err := _CrossChainManager.contract.UnpackLog(event, "InboundSet", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerInboundUnpausedIterator is returned from FilterInboundUnpaused and is used to iterate over the raw logs and unpacked data for InboundUnpaused events raised by the CrossChainManager contract.
type CrossChainManagerInboundUnpausedIterator struct {
	Event *CrossChainManagerInboundUnpaused // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerInboundUnpausedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerInboundUnpaused)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerInboundUnpaused)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerInboundUnpausedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerInboundUnpausedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerInboundUnpaused represents a InboundUnpaused event raised by the CrossChainManager contract.
type CrossChainManagerInboundUnpaused struct {
	SourceChain *big.Int
	Lane        common.Address
	By          common.Address
	Raw         types.Log // Blockchain specific contextual infos
}

// FilterInboundUnpaused is a free log retrieval operation binding the contract event 0x7374b62a476bf7cd239f706d7f6946c475c4ea1108314805d614c0b4afddcd7d.
//
// Solidity: event InboundUnpaused(uint256 indexed sourceChain, address indexed lane, address by)
func (_CrossChainManager *CrossChainManagerFilterer) FilterInboundUnpaused(opts *bind.FilterOpts, sourceChain []*big.Int, lane []common.Address) (*CrossChainManagerInboundUnpausedIterator, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var laneRule []interface{}
	for _, laneItem := range lane {
		laneRule = append(laneRule, laneItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "InboundUnpaused", sourceChainRule, laneRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerInboundUnpausedIterator{contract: _CrossChainManager.contract, event: "InboundUnpaused", logs: logs, sub: sub}, nil
}

// WatchInboundUnpaused is a free log subscription operation binding the contract event 0x7374b62a476bf7cd239f706d7f6946c475c4ea1108314805d614c0b4afddcd7d.
//
// Solidity: event InboundUnpaused(uint256 indexed sourceChain, address indexed lane, address by)
func (_CrossChainManager *CrossChainManagerFilterer) WatchInboundUnpaused(opts *bind.WatchOpts, sink chan<- *CrossChainManagerInboundUnpaused, sourceChain []*big.Int, lane []common.Address) (event.Subscription, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var laneRule []interface{}
	for _, laneItem := range lane {
		laneRule = append(laneRule, laneItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "InboundUnpaused", sourceChainRule, laneRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerInboundUnpaused)
				if err := _CrossChainManager.contract.UnpackLog(event, "InboundUnpaused", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseInboundUnpaused is a log parse operation binding the contract event 0x7374b62a476bf7cd239f706d7f6946c475c4ea1108314805d614c0b4afddcd7d.
//
// Solidity: event InboundUnpaused(uint256 indexed sourceChain, address indexed lane, address by)
func (_CrossChainManager *CrossChainManagerFilterer) ParseInboundUnpaused(log types.Log) (*CrossChainManagerInboundUnpaused, error) {
	event := new(CrossChainManagerInboundUnpaused)
	if err := _CrossChainManager.contract.UnpackLog(event, "InboundUnpaused", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerLaneRetiredIterator is returned from FilterLaneRetired and is used to iterate over the raw logs and unpacked data for LaneRetired events raised by the CrossChainManager contract.
type CrossChainManagerLaneRetiredIterator struct {
	Event *CrossChainManagerLaneRetired // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerLaneRetiredIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerLaneRetired)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerLaneRetired)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerLaneRetiredIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerLaneRetiredIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerLaneRetired represents a LaneRetired event raised by the CrossChainManager contract.
type CrossChainManagerLaneRetired struct {
	SourceChain *big.Int
	Finality    uint8
	Remote      common.Address
	Lane        common.Address
	Raw         types.Log // Blockchain specific contextual infos
}

// FilterLaneRetired is a free log retrieval operation binding the contract event 0x2257533e4de0ca7c19ab9b034c84183c33c86888e796cf3c7270eb03720276f8.
//
// Solidity: event LaneRetired(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane)
func (_CrossChainManager *CrossChainManagerFilterer) FilterLaneRetired(opts *bind.FilterOpts, sourceChain []*big.Int, finality []uint8) (*CrossChainManagerLaneRetiredIterator, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "LaneRetired", sourceChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerLaneRetiredIterator{contract: _CrossChainManager.contract, event: "LaneRetired", logs: logs, sub: sub}, nil
}

// WatchLaneRetired is a free log subscription operation binding the contract event 0x2257533e4de0ca7c19ab9b034c84183c33c86888e796cf3c7270eb03720276f8.
//
// Solidity: event LaneRetired(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane)
func (_CrossChainManager *CrossChainManagerFilterer) WatchLaneRetired(opts *bind.WatchOpts, sink chan<- *CrossChainManagerLaneRetired, sourceChain []*big.Int, finality []uint8) (event.Subscription, error) {

	var sourceChainRule []interface{}
	for _, sourceChainItem := range sourceChain {
		sourceChainRule = append(sourceChainRule, sourceChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "LaneRetired", sourceChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerLaneRetired)
				if err := _CrossChainManager.contract.UnpackLog(event, "LaneRetired", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseLaneRetired is a log parse operation binding the contract event 0x2257533e4de0ca7c19ab9b034c84183c33c86888e796cf3c7270eb03720276f8.
//
// Solidity: event LaneRetired(uint256 indexed sourceChain, uint8 indexed finality, address remote, address lane)
func (_CrossChainManager *CrossChainManagerFilterer) ParseLaneRetired(log types.Log) (*CrossChainManagerLaneRetired, error) {
	event := new(CrossChainManagerLaneRetired)
	if err := _CrossChainManager.contract.UnpackLog(event, "LaneRetired", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerMessageDeliveredIterator is returned from FilterMessageDelivered and is used to iterate over the raw logs and unpacked data for MessageDelivered events raised by the CrossChainManager contract.
type CrossChainManagerMessageDeliveredIterator struct {
	Event *CrossChainManagerMessageDelivered // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerMessageDeliveredIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerMessageDelivered)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerMessageDelivered)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerMessageDeliveredIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerMessageDeliveredIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerMessageDelivered represents a MessageDelivered event raised by the CrossChainManager contract.
type CrossChainManagerMessageDelivered struct {
	MessageId [32]byte
	Relayer   common.Address
	Raw       types.Log // Blockchain specific contextual infos
}

// FilterMessageDelivered is a free log retrieval operation binding the contract event 0xd94698a25cf4e3e5170689d076df31e0c73fabd5b56539892e7ae8216c594b18.
//
// Solidity: event MessageDelivered(bytes32 indexed messageId, address relayer)
func (_CrossChainManager *CrossChainManagerFilterer) FilterMessageDelivered(opts *bind.FilterOpts, messageId [][32]byte) (*CrossChainManagerMessageDeliveredIterator, error) {

	var messageIdRule []interface{}
	for _, messageIdItem := range messageId {
		messageIdRule = append(messageIdRule, messageIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "MessageDelivered", messageIdRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerMessageDeliveredIterator{contract: _CrossChainManager.contract, event: "MessageDelivered", logs: logs, sub: sub}, nil
}

// WatchMessageDelivered is a free log subscription operation binding the contract event 0xd94698a25cf4e3e5170689d076df31e0c73fabd5b56539892e7ae8216c594b18.
//
// Solidity: event MessageDelivered(bytes32 indexed messageId, address relayer)
func (_CrossChainManager *CrossChainManagerFilterer) WatchMessageDelivered(opts *bind.WatchOpts, sink chan<- *CrossChainManagerMessageDelivered, messageId [][32]byte) (event.Subscription, error) {

	var messageIdRule []interface{}
	for _, messageIdItem := range messageId {
		messageIdRule = append(messageIdRule, messageIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "MessageDelivered", messageIdRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerMessageDelivered)
				if err := _CrossChainManager.contract.UnpackLog(event, "MessageDelivered", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseMessageDelivered is a log parse operation binding the contract event 0xd94698a25cf4e3e5170689d076df31e0c73fabd5b56539892e7ae8216c594b18.
//
// Solidity: event MessageDelivered(bytes32 indexed messageId, address relayer)
func (_CrossChainManager *CrossChainManagerFilterer) ParseMessageDelivered(log types.Log) (*CrossChainManagerMessageDelivered, error) {
	event := new(CrossChainManagerMessageDelivered)
	if err := _CrossChainManager.contract.UnpackLog(event, "MessageDelivered", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerMessageMetaIterator is returned from FilterMessageMeta and is used to iterate over the raw logs and unpacked data for MessageMeta events raised by the CrossChainManager contract.
type CrossChainManagerMessageMetaIterator struct {
	Event *CrossChainManagerMessageMeta // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerMessageMetaIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerMessageMeta)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerMessageMeta)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerMessageMetaIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerMessageMetaIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerMessageMeta represents a MessageMeta event raised by the CrossChainManager contract.
type CrossChainManagerMessageMeta struct {
	MessageId [32]byte
	Packed    *big.Int
	Raw       types.Log // Blockchain specific contextual infos
}

// FilterMessageMeta is a free log retrieval operation binding the contract event 0x1186e390151107af425de776366acf12665cecf51902b14d020f40952c9e820c.
//
// Solidity: event MessageMeta(bytes32 indexed messageId, uint256 packed)
func (_CrossChainManager *CrossChainManagerFilterer) FilterMessageMeta(opts *bind.FilterOpts, messageId [][32]byte) (*CrossChainManagerMessageMetaIterator, error) {

	var messageIdRule []interface{}
	for _, messageIdItem := range messageId {
		messageIdRule = append(messageIdRule, messageIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "MessageMeta", messageIdRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerMessageMetaIterator{contract: _CrossChainManager.contract, event: "MessageMeta", logs: logs, sub: sub}, nil
}

// WatchMessageMeta is a free log subscription operation binding the contract event 0x1186e390151107af425de776366acf12665cecf51902b14d020f40952c9e820c.
//
// Solidity: event MessageMeta(bytes32 indexed messageId, uint256 packed)
func (_CrossChainManager *CrossChainManagerFilterer) WatchMessageMeta(opts *bind.WatchOpts, sink chan<- *CrossChainManagerMessageMeta, messageId [][32]byte) (event.Subscription, error) {

	var messageIdRule []interface{}
	for _, messageIdItem := range messageId {
		messageIdRule = append(messageIdRule, messageIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "MessageMeta", messageIdRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerMessageMeta)
				if err := _CrossChainManager.contract.UnpackLog(event, "MessageMeta", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseMessageMeta is a log parse operation binding the contract event 0x1186e390151107af425de776366acf12665cecf51902b14d020f40952c9e820c.
//
// Solidity: event MessageMeta(bytes32 indexed messageId, uint256 packed)
func (_CrossChainManager *CrossChainManagerFilterer) ParseMessageMeta(log types.Log) (*CrossChainManagerMessageMeta, error) {
	event := new(CrossChainManagerMessageMeta)
	if err := _CrossChainManager.contract.UnpackLog(event, "MessageMeta", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerMessageSentIterator is returned from FilterMessageSent and is used to iterate over the raw logs and unpacked data for MessageSent events raised by the CrossChainManager contract.
type CrossChainManagerMessageSentIterator struct {
	Event *CrossChainManagerMessageSent // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerMessageSentIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerMessageSent)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerMessageSent)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerMessageSentIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerMessageSentIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerMessageSent represents a MessageSent event raised by the CrossChainManager contract.
type CrossChainManagerMessageSent struct {
	SendId     [32]byte
	Sender     []byte
	Recipient  []byte
	Payload    []byte
	Value      *big.Int
	Attributes [][]byte
	Raw        types.Log // Blockchain specific contextual infos
}

// FilterMessageSent is a free log retrieval operation binding the contract event 0x7446eaa0a0dda80670b3bfe972bfbefab659bcfb67abad4e0b64dc4630a70481.
//
// Solidity: event MessageSent(bytes32 indexed sendId, bytes sender, bytes recipient, bytes payload, uint256 value, bytes[] attributes)
func (_CrossChainManager *CrossChainManagerFilterer) FilterMessageSent(opts *bind.FilterOpts, sendId [][32]byte) (*CrossChainManagerMessageSentIterator, error) {

	var sendIdRule []interface{}
	for _, sendIdItem := range sendId {
		sendIdRule = append(sendIdRule, sendIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "MessageSent", sendIdRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerMessageSentIterator{contract: _CrossChainManager.contract, event: "MessageSent", logs: logs, sub: sub}, nil
}

// WatchMessageSent is a free log subscription operation binding the contract event 0x7446eaa0a0dda80670b3bfe972bfbefab659bcfb67abad4e0b64dc4630a70481.
//
// Solidity: event MessageSent(bytes32 indexed sendId, bytes sender, bytes recipient, bytes payload, uint256 value, bytes[] attributes)
func (_CrossChainManager *CrossChainManagerFilterer) WatchMessageSent(opts *bind.WatchOpts, sink chan<- *CrossChainManagerMessageSent, sendId [][32]byte) (event.Subscription, error) {

	var sendIdRule []interface{}
	for _, sendIdItem := range sendId {
		sendIdRule = append(sendIdRule, sendIdItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "MessageSent", sendIdRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerMessageSent)
				if err := _CrossChainManager.contract.UnpackLog(event, "MessageSent", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseMessageSent is a log parse operation binding the contract event 0x7446eaa0a0dda80670b3bfe972bfbefab659bcfb67abad4e0b64dc4630a70481.
//
// Solidity: event MessageSent(bytes32 indexed sendId, bytes sender, bytes recipient, bytes payload, uint256 value, bytes[] attributes)
func (_CrossChainManager *CrossChainManagerFilterer) ParseMessageSent(log types.Log) (*CrossChainManagerMessageSent, error) {
	event := new(CrossChainManagerMessageSent)
	if err := _CrossChainManager.contract.UnpackLog(event, "MessageSent", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerOutboundPausedIterator is returned from FilterOutboundPaused and is used to iterate over the raw logs and unpacked data for OutboundPaused events raised by the CrossChainManager contract.
type CrossChainManagerOutboundPausedIterator struct {
	Event *CrossChainManagerOutboundPaused // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerOutboundPausedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerOutboundPaused)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerOutboundPaused)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerOutboundPausedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerOutboundPausedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerOutboundPaused represents a OutboundPaused event raised by the CrossChainManager contract.
type CrossChainManagerOutboundPaused struct {
	TargetChain *big.Int
	Finality    uint8
	Until       *big.Int
	By          common.Address
	Raw         types.Log // Blockchain specific contextual infos
}

// FilterOutboundPaused is a free log retrieval operation binding the contract event 0xcf428bbb347bba1cfd4728ad45d1f6ae2dbf530f01e2ae8213a9f3df3ad99d5a.
//
// Solidity: event OutboundPaused(uint256 indexed targetChain, uint8 indexed finality, uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) FilterOutboundPaused(opts *bind.FilterOpts, targetChain []*big.Int, finality []uint8) (*CrossChainManagerOutboundPausedIterator, error) {

	var targetChainRule []interface{}
	for _, targetChainItem := range targetChain {
		targetChainRule = append(targetChainRule, targetChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "OutboundPaused", targetChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerOutboundPausedIterator{contract: _CrossChainManager.contract, event: "OutboundPaused", logs: logs, sub: sub}, nil
}

// WatchOutboundPaused is a free log subscription operation binding the contract event 0xcf428bbb347bba1cfd4728ad45d1f6ae2dbf530f01e2ae8213a9f3df3ad99d5a.
//
// Solidity: event OutboundPaused(uint256 indexed targetChain, uint8 indexed finality, uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) WatchOutboundPaused(opts *bind.WatchOpts, sink chan<- *CrossChainManagerOutboundPaused, targetChain []*big.Int, finality []uint8) (event.Subscription, error) {

	var targetChainRule []interface{}
	for _, targetChainItem := range targetChain {
		targetChainRule = append(targetChainRule, targetChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "OutboundPaused", targetChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerOutboundPaused)
				if err := _CrossChainManager.contract.UnpackLog(event, "OutboundPaused", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseOutboundPaused is a log parse operation binding the contract event 0xcf428bbb347bba1cfd4728ad45d1f6ae2dbf530f01e2ae8213a9f3df3ad99d5a.
//
// Solidity: event OutboundPaused(uint256 indexed targetChain, uint8 indexed finality, uint256 until, address by)
func (_CrossChainManager *CrossChainManagerFilterer) ParseOutboundPaused(log types.Log) (*CrossChainManagerOutboundPaused, error) {
	event := new(CrossChainManagerOutboundPaused)
	if err := _CrossChainManager.contract.UnpackLog(event, "OutboundPaused", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerOutboundSetIterator is returned from FilterOutboundSet and is used to iterate over the raw logs and unpacked data for OutboundSet events raised by the CrossChainManager contract.
type CrossChainManagerOutboundSetIterator struct {
	Event *CrossChainManagerOutboundSet // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerOutboundSetIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerOutboundSet)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerOutboundSet)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerOutboundSetIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerOutboundSetIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerOutboundSet represents a OutboundSet event raised by the CrossChainManager contract.
type CrossChainManagerOutboundSet struct {
	TargetChain *big.Int
	Finality    uint8
	Remote      common.Address
	Raw         types.Log // Blockchain specific contextual infos
}

// FilterOutboundSet is a free log retrieval operation binding the contract event 0xb2eb31cdbb7aab77a3fa4a31fe8d1fc82b4c0a07e0e8be3adfce86c733bd3072.
//
// Solidity: event OutboundSet(uint256 indexed targetChain, uint8 indexed finality, address remote)
func (_CrossChainManager *CrossChainManagerFilterer) FilterOutboundSet(opts *bind.FilterOpts, targetChain []*big.Int, finality []uint8) (*CrossChainManagerOutboundSetIterator, error) {

	var targetChainRule []interface{}
	for _, targetChainItem := range targetChain {
		targetChainRule = append(targetChainRule, targetChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "OutboundSet", targetChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerOutboundSetIterator{contract: _CrossChainManager.contract, event: "OutboundSet", logs: logs, sub: sub}, nil
}

// WatchOutboundSet is a free log subscription operation binding the contract event 0xb2eb31cdbb7aab77a3fa4a31fe8d1fc82b4c0a07e0e8be3adfce86c733bd3072.
//
// Solidity: event OutboundSet(uint256 indexed targetChain, uint8 indexed finality, address remote)
func (_CrossChainManager *CrossChainManagerFilterer) WatchOutboundSet(opts *bind.WatchOpts, sink chan<- *CrossChainManagerOutboundSet, targetChain []*big.Int, finality []uint8) (event.Subscription, error) {

	var targetChainRule []interface{}
	for _, targetChainItem := range targetChain {
		targetChainRule = append(targetChainRule, targetChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "OutboundSet", targetChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerOutboundSet)
				if err := _CrossChainManager.contract.UnpackLog(event, "OutboundSet", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseOutboundSet is a log parse operation binding the contract event 0xb2eb31cdbb7aab77a3fa4a31fe8d1fc82b4c0a07e0e8be3adfce86c733bd3072.
//
// Solidity: event OutboundSet(uint256 indexed targetChain, uint8 indexed finality, address remote)
func (_CrossChainManager *CrossChainManagerFilterer) ParseOutboundSet(log types.Log) (*CrossChainManagerOutboundSet, error) {
	event := new(CrossChainManagerOutboundSet)
	if err := _CrossChainManager.contract.UnpackLog(event, "OutboundSet", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerOutboundUnpausedIterator is returned from FilterOutboundUnpaused and is used to iterate over the raw logs and unpacked data for OutboundUnpaused events raised by the CrossChainManager contract.
type CrossChainManagerOutboundUnpausedIterator struct {
	Event *CrossChainManagerOutboundUnpaused // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerOutboundUnpausedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerOutboundUnpaused)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerOutboundUnpaused)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerOutboundUnpausedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerOutboundUnpausedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerOutboundUnpaused represents a OutboundUnpaused event raised by the CrossChainManager contract.
type CrossChainManagerOutboundUnpaused struct {
	TargetChain *big.Int
	Finality    uint8
	By          common.Address
	Raw         types.Log // Blockchain specific contextual infos
}

// FilterOutboundUnpaused is a free log retrieval operation binding the contract event 0xac734d0226b4edd90d6f401a52488b7aea2a608a9f114abb1f58bc57caaffe46.
//
// Solidity: event OutboundUnpaused(uint256 indexed targetChain, uint8 indexed finality, address by)
func (_CrossChainManager *CrossChainManagerFilterer) FilterOutboundUnpaused(opts *bind.FilterOpts, targetChain []*big.Int, finality []uint8) (*CrossChainManagerOutboundUnpausedIterator, error) {

	var targetChainRule []interface{}
	for _, targetChainItem := range targetChain {
		targetChainRule = append(targetChainRule, targetChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "OutboundUnpaused", targetChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerOutboundUnpausedIterator{contract: _CrossChainManager.contract, event: "OutboundUnpaused", logs: logs, sub: sub}, nil
}

// WatchOutboundUnpaused is a free log subscription operation binding the contract event 0xac734d0226b4edd90d6f401a52488b7aea2a608a9f114abb1f58bc57caaffe46.
//
// Solidity: event OutboundUnpaused(uint256 indexed targetChain, uint8 indexed finality, address by)
func (_CrossChainManager *CrossChainManagerFilterer) WatchOutboundUnpaused(opts *bind.WatchOpts, sink chan<- *CrossChainManagerOutboundUnpaused, targetChain []*big.Int, finality []uint8) (event.Subscription, error) {

	var targetChainRule []interface{}
	for _, targetChainItem := range targetChain {
		targetChainRule = append(targetChainRule, targetChainItem)
	}
	var finalityRule []interface{}
	for _, finalityItem := range finality {
		finalityRule = append(finalityRule, finalityItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "OutboundUnpaused", targetChainRule, finalityRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerOutboundUnpaused)
				if err := _CrossChainManager.contract.UnpackLog(event, "OutboundUnpaused", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseOutboundUnpaused is a log parse operation binding the contract event 0xac734d0226b4edd90d6f401a52488b7aea2a608a9f114abb1f58bc57caaffe46.
//
// Solidity: event OutboundUnpaused(uint256 indexed targetChain, uint8 indexed finality, address by)
func (_CrossChainManager *CrossChainManagerFilterer) ParseOutboundUnpaused(log types.Log) (*CrossChainManagerOutboundUnpaused, error) {
	event := new(CrossChainManagerOutboundUnpaused)
	if err := _CrossChainManager.contract.UnpackLog(event, "OutboundUnpaused", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerPauserSetIterator is returned from FilterPauserSet and is used to iterate over the raw logs and unpacked data for PauserSet events raised by the CrossChainManager contract.
type CrossChainManagerPauserSetIterator struct {
	Event *CrossChainManagerPauserSet // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerPauserSetIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerPauserSet)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerPauserSet)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerPauserSetIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerPauserSetIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerPauserSet represents a PauserSet event raised by the CrossChainManager contract.
type CrossChainManagerPauserSet struct {
	Account common.Address
	Enabled bool
	Raw     types.Log // Blockchain specific contextual infos
}

// FilterPauserSet is a free log retrieval operation binding the contract event 0xa11b5803b8a35081b8f993e0dee5bc30301a3d83f644e5ab2ff39f972f0a807f.
//
// Solidity: event PauserSet(address indexed account, bool enabled)
func (_CrossChainManager *CrossChainManagerFilterer) FilterPauserSet(opts *bind.FilterOpts, account []common.Address) (*CrossChainManagerPauserSetIterator, error) {

	var accountRule []interface{}
	for _, accountItem := range account {
		accountRule = append(accountRule, accountItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "PauserSet", accountRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerPauserSetIterator{contract: _CrossChainManager.contract, event: "PauserSet", logs: logs, sub: sub}, nil
}

// WatchPauserSet is a free log subscription operation binding the contract event 0xa11b5803b8a35081b8f993e0dee5bc30301a3d83f644e5ab2ff39f972f0a807f.
//
// Solidity: event PauserSet(address indexed account, bool enabled)
func (_CrossChainManager *CrossChainManagerFilterer) WatchPauserSet(opts *bind.WatchOpts, sink chan<- *CrossChainManagerPauserSet, account []common.Address) (event.Subscription, error) {

	var accountRule []interface{}
	for _, accountItem := range account {
		accountRule = append(accountRule, accountItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "PauserSet", accountRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerPauserSet)
				if err := _CrossChainManager.contract.UnpackLog(event, "PauserSet", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParsePauserSet is a log parse operation binding the contract event 0xa11b5803b8a35081b8f993e0dee5bc30301a3d83f644e5ab2ff39f972f0a807f.
//
// Solidity: event PauserSet(address indexed account, bool enabled)
func (_CrossChainManager *CrossChainManagerFilterer) ParsePauserSet(log types.Log) (*CrossChainManagerPauserSet, error) {
	event := new(CrossChainManagerPauserSet)
	if err := _CrossChainManager.contract.UnpackLog(event, "PauserSet", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerSealedIterator is returned from FilterSealed and is used to iterate over the raw logs and unpacked data for Sealed events raised by the CrossChainManager contract.
type CrossChainManagerSealedIterator struct {
	Event *CrossChainManagerSealed // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerSealedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerSealed)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerSealed)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerSealedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerSealedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerSealed represents a Sealed event raised by the CrossChainManager contract.
type CrossChainManagerSealed struct {
	Deployer common.Address
	Raw      types.Log // Blockchain specific contextual infos
}

// FilterSealed is a free log retrieval operation binding the contract event 0x4e87533c56eb4f50a30cbae4dc0ffb2cb67d7f185122964139d8ff65c1e2b915.
//
// Solidity: event Sealed(address deployer)
func (_CrossChainManager *CrossChainManagerFilterer) FilterSealed(opts *bind.FilterOpts) (*CrossChainManagerSealedIterator, error) {

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "Sealed")
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerSealedIterator{contract: _CrossChainManager.contract, event: "Sealed", logs: logs, sub: sub}, nil
}

// WatchSealed is a free log subscription operation binding the contract event 0x4e87533c56eb4f50a30cbae4dc0ffb2cb67d7f185122964139d8ff65c1e2b915.
//
// Solidity: event Sealed(address deployer)
func (_CrossChainManager *CrossChainManagerFilterer) WatchSealed(opts *bind.WatchOpts, sink chan<- *CrossChainManagerSealed) (event.Subscription, error) {

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "Sealed")
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerSealed)
				if err := _CrossChainManager.contract.UnpackLog(event, "Sealed", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseSealed is a log parse operation binding the contract event 0x4e87533c56eb4f50a30cbae4dc0ffb2cb67d7f185122964139d8ff65c1e2b915.
//
// Solidity: event Sealed(address deployer)
func (_CrossChainManager *CrossChainManagerFilterer) ParseSealed(log types.Log) (*CrossChainManagerSealed, error) {
	event := new(CrossChainManagerSealed)
	if err := _CrossChainManager.contract.UnpackLog(event, "Sealed", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}

// CrossChainManagerSourceEpochRaisedIterator is returned from FilterSourceEpochRaised and is used to iterate over the raw logs and unpacked data for SourceEpochRaised events raised by the CrossChainManager contract.
type CrossChainManagerSourceEpochRaisedIterator struct {
	Event *CrossChainManagerSourceEpochRaised // Event containing the contract specifics and raw log

	contract *bind.BoundContract // Generic contract to use for unpacking event data
	event    string              // Event name to use for unpacking event data

	logs chan types.Log        // Log channel receiving the found contract events
	sub  ethereum.Subscription // Subscription for errors, completion and termination
	done bool                  // Whether the subscription completed delivering logs
	fail error                 // Occurred error to stop iteration
}

// Next advances the iterator to the subsequent event, returning whether there
// are any more events found. In case of a retrieval or parsing error, false is
// returned and Error() can be queried for the exact failure.
func (it *CrossChainManagerSourceEpochRaisedIterator) Next() bool {
	// If the iterator failed, stop iterating
	if it.fail != nil {
		return false
	}
	// If the iterator completed, deliver directly whatever's available
	if it.done {
		select {
		case log := <-it.logs:
			it.Event = new(CrossChainManagerSourceEpochRaised)
			if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
				it.fail = err
				return false
			}
			it.Event.Raw = log
			return true

		default:
			return false
		}
	}
	// Iterator still in progress, wait for either a data or an error event
	select {
	case log := <-it.logs:
		it.Event = new(CrossChainManagerSourceEpochRaised)
		if err := it.contract.UnpackLog(it.Event, it.event, log); err != nil {
			it.fail = err
			return false
		}
		it.Event.Raw = log
		return true

	case err := <-it.sub.Err():
		it.done = true
		it.fail = err
		return it.Next()
	}
}

// Error returns any retrieval or parsing error occurred during filtering.
func (it *CrossChainManagerSourceEpochRaisedIterator) Error() error {
	return it.fail
}

// Close terminates the iteration process, releasing any pending underlying
// resources.
func (it *CrossChainManagerSourceEpochRaisedIterator) Close() error {
	it.sub.Unsubscribe()
	return nil
}

// CrossChainManagerSourceEpochRaised represents a SourceEpochRaised event raised by the CrossChainManager contract.
type CrossChainManagerSourceEpochRaised struct {
	Lane  common.Address
	Epoch uint32
	Raw   types.Log // Blockchain specific contextual infos
}

// FilterSourceEpochRaised is a free log retrieval operation binding the contract event 0x003363345b1cc898030a0dc97340dbdb74cc00d4e2b680440e30f984d1c07924.
//
// Solidity: event SourceEpochRaised(address indexed lane, uint32 epoch)
func (_CrossChainManager *CrossChainManagerFilterer) FilterSourceEpochRaised(opts *bind.FilterOpts, lane []common.Address) (*CrossChainManagerSourceEpochRaisedIterator, error) {

	var laneRule []interface{}
	for _, laneItem := range lane {
		laneRule = append(laneRule, laneItem)
	}

	logs, sub, err := _CrossChainManager.contract.FilterLogs(opts, "SourceEpochRaised", laneRule)
	if err != nil {
		return nil, err
	}
	return &CrossChainManagerSourceEpochRaisedIterator{contract: _CrossChainManager.contract, event: "SourceEpochRaised", logs: logs, sub: sub}, nil
}

// WatchSourceEpochRaised is a free log subscription operation binding the contract event 0x003363345b1cc898030a0dc97340dbdb74cc00d4e2b680440e30f984d1c07924.
//
// Solidity: event SourceEpochRaised(address indexed lane, uint32 epoch)
func (_CrossChainManager *CrossChainManagerFilterer) WatchSourceEpochRaised(opts *bind.WatchOpts, sink chan<- *CrossChainManagerSourceEpochRaised, lane []common.Address) (event.Subscription, error) {

	var laneRule []interface{}
	for _, laneItem := range lane {
		laneRule = append(laneRule, laneItem)
	}

	logs, sub, err := _CrossChainManager.contract.WatchLogs(opts, "SourceEpochRaised", laneRule)
	if err != nil {
		return nil, err
	}
	return event.NewSubscription(func(quit <-chan struct{}) error {
		defer sub.Unsubscribe()
		for {
			select {
			case log := <-logs:
				// New log arrived, parse the event and forward to the user
				event := new(CrossChainManagerSourceEpochRaised)
				if err := _CrossChainManager.contract.UnpackLog(event, "SourceEpochRaised", log); err != nil {
					// If the signature doesn't match, skip this log.
					if errors.Is(err, bind.ErrEventSignatureMismatch) {
						continue
					}
					return err
				}
				event.Raw = log

				select {
				case sink <- event:
				case err := <-sub.Err():
					return err
				case <-quit:
					return nil
				}
			case err := <-sub.Err():
				return err
			case <-quit:
				return nil
			}
		}
	}), nil
}

// ParseSourceEpochRaised is a log parse operation binding the contract event 0x003363345b1cc898030a0dc97340dbdb74cc00d4e2b680440e30f984d1c07924.
//
// Solidity: event SourceEpochRaised(address indexed lane, uint32 epoch)
func (_CrossChainManager *CrossChainManagerFilterer) ParseSourceEpochRaised(log types.Log) (*CrossChainManagerSourceEpochRaised, error) {
	event := new(CrossChainManagerSourceEpochRaised)
	if err := _CrossChainManager.contract.UnpackLog(event, "SourceEpochRaised", log); err != nil {
		return nil, err
	}
	event.Raw = log
	return event, nil
}
