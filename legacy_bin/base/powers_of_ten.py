"""Writes powers_of_ten.c, the tables that powers_of_ten.h declares: from exact whole numbers, cut to 128 bits.

usage: python powers_of_ten.py FILE
"""

import sys

LEAST, MOST = -342, 326  # as in powers_of_ten.h


def mantissa(n: int) -> int:
    """The first 128 bits of 10^n."""
    above, below = 10 ** max(n, 0), 10 ** max(-n, 0)
    shift = 128 - (above.bit_length() - below.bit_length())  # so that 128 or 129 bits are left
    bits = (above << max(shift, 0)) // (below << max(-shift, 0))
    return bits >> (bits.bit_length() - 128)


with open(sys.argv[1], "w", encoding="ascii") as file:
    print('/* Made by powers_of_ten.py. */\n#include "base/powers_of_ten.h"\n', file=file)
    print("const struct power_of_ten powers_of_ten[] = {", file=file)
    for n in range(LEAST, MOST + 1):
        high, low = divmod(mantissa(n), 1 << 64)
        print(f"    {{0x{high:016x}, 0x{low:016x}}}, /* {n} */", file=file)
    print("};\n\nconst uint64_t whole_powers_of_ten[] = {", file=file)
    for n in range(20):
        print(f"    {10**n}u,", file=file)
    print("};", file=file)
