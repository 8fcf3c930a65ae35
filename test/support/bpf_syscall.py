"""Loads (and test-runs) eBPF programs with bpf(2). Reads JSON lines, answers each with a JSON line.

Request:  {"type": 1, "license": "GPL", "insns": HEX, "funcs": [slot], "maps": [{"type","key","value","max","flags"}], "run": HEX | null}
funcs are the first slots of all functions; callbacks need them described in BTF, all as static int f(void).
Map file descriptors: the imm of a pseudo map load (src 1 or 2) is an index into maps.
Answer:   {"ok": bool, "errno": int, "log": str, "retval": int, "map0": HEX of element 0 of maps[0]}
Nothing is attached or pinned; descriptors are closed after each request.
"""
import ctypes, json, os, struct, sys

libc = ctypes.CDLL(None, use_errno=True)
MAP_CREATE, MAP_LOOKUP, MAP_UPDATE, PROG_LOAD, TEST_RUN, BTF_LOAD, MAP_FREEZE = 0, 1, 2, 5, 10, 18, 22


def bpf(cmd, attr):
    buf = ctypes.create_string_buffer(attr, len(attr))
    result = libc.syscall(321, cmd, buf, len(attr))
    return (result, ctypes.get_errno() if result < 0 else 0, buf.raw)


def pointer(buf):
    return ctypes.addressof(buf)


def create_map(spec):
    attr = struct.pack("<IIIII", spec["type"], spec["key"], spec["value"], spec["max"], spec["flags"])
    fd, errno, _ = bpf(MAP_CREATE, attr.ljust(120, b"\0"))
    if fd < 0:
        raise OSError(errno, "MAP_CREATE " + json.dumps(spec))
    if spec["flags"] & 0x80:
        # Only a frozen read-only map counts as constant; constant strings must end.
        key, value = ctypes.create_string_buffer(4), ctypes.create_string_buffer(spec["value"])
        bpf(MAP_UPDATE, struct.pack("<IIQQQ", fd, 0, pointer(key), pointer(value), 0).ljust(120, b"\0"))
        bpf(MAP_FREEZE, struct.pack("<I", fd).ljust(120, b"\0"))
    return fd


def patch(code, fds):
    out, slot = bytearray(code), 0
    while slot < len(out):
        if out[slot] == 0x18:
            if out[slot + 1] >> 4 in (1, 2):
                index = struct.unpack_from("<i", out, slot + 4)[0]
                struct.pack_into("<i", out, slot + 4, fds[index] if index < len(fds) else 9999)
            slot += 8
        slot += 8
    return bytes(out)


def load_btf(count):
    names = [b"int"] + [b"f%d" % i for i in range(count)]
    strings, offsets = b"\0", []
    for name in names:
        offsets.append(len(strings))
        strings += name + b"\0"
    types = struct.pack("<IIII", offsets[0], 1 << 24, 4, (1 << 24) | 32)
    types += struct.pack("<III", 0, 13 << 24, 1)
    for offset in offsets[1:]:
        types += struct.pack("<III", offset, 12 << 24, 2)
    btf = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings)) + types + strings
    data = ctypes.create_string_buffer(btf, len(btf))
    fd, errno, _ = bpf(BTF_LOAD, struct.pack("<QQII", pointer(data), 0, len(btf), 0).ljust(40, b"\0"))
    if fd < 0:
        raise OSError(errno, "BTF_LOAD")
    return fd


def handle(request):
    fds = []
    try:
        fds = [create_map(spec) for spec in request["maps"]]
        code = patch(bytes.fromhex(request["insns"]), fds)
        insns, license = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(request["license"].encode())

        funcs = request.get("funcs", [])
        btf = load_btf(len(funcs)) if len(funcs) > 1 else 0
        if btf:
            fds.append(btf)
        info = b"".join(struct.pack("<II", slot, 3 + i) for i, slot in enumerate(funcs)) if btf else b""
        info_buf = ctypes.create_string_buffer(info, len(info))

        def load(log_size):
            log = ctypes.create_string_buffer(max(log_size, 1))
            attr = struct.pack(
                "<IIQQIIQ", request["type"], len(code) // 8, pointer(insns), pointer(license),
                1 if log_size else 0, log_size, pointer(log) if log_size else 0,
            )
            # kern_version, prog_flags, name, ifindex, attach type, BTF fd, func_info record size, pointer, count
            attr += struct.pack("<II16sIIIIQI", 0, 0, b"", 0, 0, btf, 8 if btf else 0, pointer(info_buf) if btf else 0, len(funcs) if btf else 0)
            return bpf(PROG_LOAD, attr.ljust(148, b"\0")), log

        (fd, errno, _), log = load(0)
        if fd < 0:
            (fd, errno, _), log = load(1 << 22)
        if fd < 0:
            return {"ok": False, "errno": errno, "log": log.value.decode(errors="replace")[-3000:]}
        fds.append(fd)
        answer = {"ok": True, "errno": 0, "log": ""}
        if request.get("run") is not None:
            data = bytes.fromhex(request["run"])
            packet = ctypes.create_string_buffer(data, len(data))
            attr = struct.pack("<IIIIQQIIIIQQ", fd, 0, len(data), 0, pointer(packet), 0, 1, 0, 0, 0, 0, 0)
            result, errno, out = bpf(TEST_RUN, attr.ljust(120, b"\0"))
            if result < 0:
                return {"ok": False, "errno": errno, "log": "TEST_RUN"}
            answer["retval"] = struct.unpack_from("<I", out, 4)[0]
            if request["maps"]:
                key = ctypes.create_string_buffer(4)
                value = ctypes.create_string_buffer(request["maps"][0]["value"])
                attr = struct.pack("<IIQQQ", fds[0], 0, pointer(key), pointer(value), 0)
                bpf(MAP_LOOKUP, attr.ljust(120, b"\0"))
                answer["map0"] = value.raw.hex()
        return answer
    except OSError as error:
        return {"ok": False, "errno": error.errno, "log": str(error)}
    finally:
        for fd in fds:
            os.close(fd)


for line in sys.stdin:
    print(json.dumps(handle(json.loads(line))), flush=True)
