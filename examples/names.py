"""names.py - maps from Python, through ctypes: numbers for names, from several threads.

    python3 names.py [LIBRARY]        libquiesce-maps.so by default

Each call into the library lets other Python threads run; a map needs no lock.
"""
import ctypes
import sys
import threading
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_size_t, c_uint64, c_void_p

THREADS, KEYS = 4, 2000


def load(path):
    """The library, with the types of <quiesce/quiesce.h> for the calls below."""
    lib = ctypes.CDLL(path, use_errno=True)
    types = {
        "qs_version": (c_char_p,),
        "qs_map_refusal": (c_char_p, c_char_p, c_char_p),
        "qs_map_create": (c_void_p, c_char_p, c_char_p, c_size_t),
        "qs_map_destroy": (c_int, c_void_p),
        "qs_map_register": (c_void_p, c_void_p),
        "qs_map_unregister": (c_int, c_void_p, c_void_p),
        "qs_map_get": (c_bool, c_void_p, c_void_p, c_uint64, POINTER(c_uint64)),
        "qs_map_insert": (c_int, c_void_p, c_void_p, c_uint64, c_uint64),
        "qs_map_size": (c_size_t, c_void_p),
    }
    for name, (result, *arguments) in types.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


class Map:
    """A map; `with m.thread() as t` in each thread that uses it."""

    def __init__(self, lib, structure, reclaim):
        self.lib = lib
        self.map = lib.qs_map_create(structure.encode(), reclaim.encode(), 0)
        if not self.map:
            why = lib.qs_map_refusal(structure.encode(), reclaim.encode())
            raise ValueError(f"{structure} with {reclaim}: {(why or b'no memory').decode()}")

    def close(self):
        if self.lib.qs_map_destroy(self.map):
            raise RuntimeError("threads are registered")

    def thread(self):
        return Thread(self)

    def __len__(self):
        return self.lib.qs_map_size(self.map)


class Thread:
    """A thread's registration."""

    def __init__(self, m):
        self.lib, self.map = m.lib, m.map

    def __enter__(self):
        self.thread = self.lib.qs_map_register(self.map)
        if not self.thread:
            raise MemoryError
        return self

    def __exit__(self, *ignored):
        self.lib.qs_map_unregister(self.map, self.thread)

    def get(self, key):
        value = c_uint64()
        found = self.lib.qs_map_get(self.map, self.thread, key, byref(value))
        return value.value if found else None

    def insert(self, key, value):
        """Whether key was absent."""
        result = self.lib.qs_map_insert(self.map, self.thread, key, value)
        if result < 0:
            raise MemoryError
        return result > 0


def fill(m, first, won):
    """Inserts all keys, as every thread does: each key has one winner."""
    with m.thread() as t:
        won[first] = sum(t.insert(key, first) for key in range(KEYS))


def main():
    lib = load(sys.argv[1] if len(sys.argv) > 1 else "libquiesce-maps.so.0.1")
    m = Map(lib, "split_ordered", "ebr")
    won = [0] * THREADS
    threads = [threading.Thread(target=fill, args=(m, i, won)) for i in range(THREADS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with m.thread() as t:
        missing = sum(t.get(key) not in range(THREADS) for key in range(KEYS))
        right = sum(won) == KEYS == len(m) and not missing and t.get(KEYS) is None
    m.close()
    try:
        Map(lib, "split_ordered", "ebbr")
        right = False
    except ValueError as refused:
        print(refused)
    print(f"quiesce {lib.qs_version().decode()}, {sum(won)} keys")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
