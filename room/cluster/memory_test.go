package cluster

import "salon/room"

func newMemory() memoryLocal { return memoryLocal{room.NewMemoryStore()} }
