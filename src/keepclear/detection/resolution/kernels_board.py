"""Plans put in one after another, in whole numbers throughout: run as Python, or compiled (``machine``) for many.

A board is a tuple of arrays. Fixed: ``FIRST`` (of each plan, where its windows begin), and by window ``OTHER`` (whose),
``LEAST`` and ``MOST`` (how much later the plan may not be than that other), ``MASK`` (bit ``own layer * width + the
other's``); ``LAYERS`` (plans, width: in order of price, -1 is none), ``BEFORE`` and ``AFTER`` (the most it may be
brought forward and put off), ``PRICE`` (by layer). Changed in place: ``SHIFT``, ``LAYER``, ``COST`` and ``PLACED`` of
each plan. For a fair search: ``PARTY`` of each plan, and by party ``SHARE`` (the cost of its plans together) and
``PLANS`` (how many they are); ``LIMIT`` is what all cost together and the most they may, under 0 where nobody asks for
fairness.
"""

from __future__ import annotations

from typing import Any

LEFT_OVER_S = 10**7
"""What each pair left in conflict counts as much as: more than any change."""
MOST_MEMBERS = 12
FURTHEST_START_S = 180
_BLOCKERS = 32
(
    FIRST,
    OTHER,
    LEAST,
    MOST,
    MASK,
    LAYERS,
    BEFORE,
    AFTER,
    PRICE,
    SHIFT,
    LAYER,
    COST,
    PLACED,
    PARTY,
    SHARE,
    PLANS,
    LIMIT,
) = range(17)


def drawn(state: Any, below: int) -> int:
    """A number from 0 to under ``below`` (P. L'Ecuyer, 1988, two generators combined); ``state`` is two numbers."""
    state[0] = state[0] * 40014 % 2147483563
    state[1] = state[1] * 40692 % 2147483399
    number: int = (state[0] - state[1] + 2147483562) % 2147483562 * below // 2147483562
    return number


def gap_from(low: Any, high: Any, count: int, start: int, after: int) -> int:
    """The first whole number from ``start`` on in none of the windows; over ``after`` where there is none to that."""
    later, moved = start, True
    while moved and later <= after:
        moved = False
        for i in range(count):
            if low[i] <= later <= high[i]:
                later, moved = high[i] + 1, True
    return later


def nearest_gap(low: Any, high: Any, count: int, before: int, after: int) -> int:
    """The whole number nearest 0 from ``-before`` to ``after`` in none of the windows; of two the later; ``after + 1``
    where there is none.
    """
    later = gap_from(low, high, count, 0, after)
    if later == 0 or before == 0:
        return min(later, after + 1)
    earlier, moved = 0, True
    while moved and earlier >= -before:
        moved = False
        for i in range(count):
            if low[i] <= earlier <= high[i]:
                earlier, moved = low[i] - 1, True
    if earlier >= -before and (later > after or -earlier < later):
        return earlier
    return min(later, after + 1)


def gathered(board: Any, plan: int, layer: int, room: Any) -> int:
    """The windows of shifts that those who are placed forbid a plan on a layer, into ``room`` (2, n); how many."""
    other, least, most, mask = board[OTHER], board[LEAST], board[MOST], board[MASK]
    shift, at, placed = board[SHIFT], board[LAYER], board[PLACED]
    count, base = 0, layer * len(board[PRICE])
    for window in range(board[FIRST][plan], board[FIRST][plan + 1]):
        who = other[window]
        if placed[who] and (mask[window] >> (base + at[who])) & 1:
            room[0, count], room[1, count] = least[window] + shift[who], most[window] + shift[who]
            count += 1
    return count


def put(board: Any, plan: int, room: Any) -> bool:
    """Gives a plan the least change that is free; where none is, one that conflicts with few, and it is False."""
    layers, before, after = board[LAYERS], board[BEFORE][plan], board[AFTER][plan]
    best, best_shift, best_layer = -1, 0, 0
    for nth in range(layers.shape[1]):
        layer = layers[plan, nth]
        if layer < 0:
            break
        price = board[PRICE][layer]
        if best >= 0 and price >= best:
            break
        shift = nearest_gap(room[0], room[1], gathered(board, plan, layer, room), before, after)
        if shift <= after and (best < 0 or price + abs(shift) < best):
            best, best_shift, best_layer = price + abs(shift), shift, layer
    found = best >= 0
    if not found:
        best, best_shift, best_layer = least_conflict(board, plan)
    board[SHIFT][plan], board[LAYER][plan], board[PLACED][plan] = best_shift, best_layer, True
    board[COST][plan] = best
    return found


def put_so(board: Any, plan: int, layer: int, start: int, room: Any) -> bool:
    """Puts a plan on a layer with the first shift that is free from ``start`` on; False where there is none."""
    after = board[AFTER][plan]
    shift = gap_from(room[0], room[1], gathered(board, plan, layer, room), start, after)
    if shift > after:
        return False
    board[SHIFT][plan], board[LAYER][plan], board[PLACED][plan] = shift, layer, True
    board[COST][plan] = board[PRICE][layer] + shift
    return True


def least_conflict(board: Any, plan: int) -> tuple[int, int, int]:
    """Of every layer, unshifted or shifted as far as can be, the one in conflict with fewest: cost, shift and layer."""
    layers, before, after = board[LAYERS], board[BEFORE][plan], board[AFTER][plan]
    best, best_shift, best_layer = -1, 0, 0
    for nth in range(layers.shape[1]):
        layer = layers[plan, nth]
        if layer < 0:
            break
        for way in range(3):
            shift = 0 if way == 0 else (after if way == 1 else -before)
            cost = conflicts_at(board, plan, layer, shift) * LEFT_OVER_S + board[PRICE][layer] + abs(shift)
            if best < 0 or cost < best:
                best, best_shift, best_layer = cost, shift, layer
    return best, best_shift, best_layer


def conflicts_at(board: Any, plan: int, layer: int, shift: int) -> int:
    """With how many of those placed a plan would conflict; the windows of each are side by side."""
    count, last, base = 0, -1, layer * len(board[PRICE])
    for window in range(board[FIRST][plan], board[FIRST][plan + 1]):
        who = board[OTHER][window]
        if who == last or not board[PLACED][who] or not (board[MASK][window] >> (base + board[LAYER][who])) & 1:
            continue
        if board[LEAST][window] + board[SHIFT][who] <= shift <= board[MOST][window] + board[SHIFT][who]:
            count, last = count + 1, who
    return count


def put_all(board: Any, order: Any, room: Any) -> None:
    """Puts plans in, one after another."""
    for i in range(len(order)):
        put(board, order[i], room)


def put_better(board: Any, members: Any, count: int, on_layer: int, start: int, room: Any, kept: Any) -> bool:
    """Takes the first so many members out and puts them in anew in their order; undone where that is worse.

    The first of them is put on ``on_layer`` (-1: where it likes best), shifted by ``start`` at least: a way that none
    would choose by itself may leave the others better ones. Better is a smaller sum, or the same sum and smaller
    squares; of a fair search, less unevenness. What is as good is kept too, and is False. ``kept`` is room for three
    rows.
    """
    fair = board[LIMIT][1] >= 0
    total, square = taken_out(board, members, count, kept)
    worth = unevenness(board) if fair else 0.0
    new, new_square = 0, 0.0
    for i in range(count):
        if i > 0 or on_layer < 0 or not put_so(board, members[0], on_layer, start, room):
            put(board, members[i], room)
        cost = board[COST][members[i]]
        new, new_square = new + cost, new_square + float(cost) * float(cost)
        if new > total and not fair:
            break
    if fair:
        for i in range(count):
            board[SHARE][board[PARTY][members[i]]] += board[COST][members[i]] - kept[2, i]
        new_worth = unevenness(board)
        kept_so = board[LIMIT][0] + new - total <= board[LIMIT][1] and new_worth <= worth
        gained = new_worth < worth
    else:
        kept_so = new < total or (new == total and new_square <= square)
        gained = new < total or new_square < square
    if kept_so:
        board[LIMIT][0] += new - total
        return gained
    put_back(board, members, count, kept, fair)
    return False


def taken_out(board: Any, members: Any, count: int, kept: Any) -> tuple[int, float]:
    """Takes members out and keeps what they had; what they cost together, and the squares of that."""
    total, square = 0, 0.0
    for i in range(count):
        plan = members[i]
        kept[0, i], kept[1, i], kept[2, i] = board[SHIFT][plan], board[LAYER][plan], board[COST][plan]
        total += kept[2, i]
        square += float(kept[2, i]) * float(kept[2, i])
        board[PLACED][plan] = False
    return total, square


def put_back(board: Any, members: Any, count: int, kept: Any, fair: bool) -> None:
    """Gives members what they had."""
    for i in range(count):
        plan = members[i]
        if fair:
            board[SHARE][board[PARTY][plan]] += kept[2, i] - board[COST][plan]
        board[SHIFT][plan], board[LAYER][plan], board[COST][plan] = kept[0, i], kept[1, i], kept[2, i]
        board[PLACED][plan] = True


def unevenness(board: Any) -> float:
    """Squares of the parties' shares, each by how many plans the party has: least where all plans change alike."""
    total = 0.0
    for party in range(len(board[SHARE])):
        total += float(board[SHARE][party]) * float(board[SHARE][party]) / board[PLANS][party]
    return total


def neighbourhood(board: Any, plan: int, free: Any, state: Any, members: Any) -> int:
    """A plan, and some of those that stand in its way or that it could meet, in any order; how many."""
    first, other = board[FIRST], board[OTHER]
    members[0] = plan
    count, wanted, tries = 1, 2 + drawn(state, MOST_MEMBERS - 2), 0
    base, own = board[LAYERS][plan, 0] * len(board[PRICE]), 0
    ways = first[plan + 1] - first[plan]
    begin = first[plan] + (drawn(state, ways) if ways else 0)
    for step in range(ways):
        window = begin + step
        if window >= first[plan + 1]:
            window -= ways
        who = other[window]
        blocks = free[who] and board[PLACED][who] and (board[MASK][window] >> (base + board[LAYER][who])) & 1
        if blocks and board[LEAST][window] + board[SHIFT][who] <= 0 <= board[MOST][window] + board[SHIFT][who]:
            own += 1
            if count < wanted and own <= _BLOCKERS and drawn(state, 3) > 0:
                count = added(members, count, who)
    while count < wanted and tries < 3 * MOST_MEMBERS:
        tries += 1
        of = members[drawn(state, count)]
        if first[of] == first[of + 1]:
            continue
        who = other[first[of] + drawn(state, first[of + 1] - first[of])]
        if free[who] and (board[COST][who] > 0 or drawn(state, 4) == 0):
            count = added(members, count, who)
    for i in range(count - 1, 0, -1):
        j = drawn(state, i + 1)
        members[i], members[j] = members[j], members[i]
    return count


def added(members: Any, count: int, who: int) -> int:
    """Puts one among the members unless it is; how many they then are."""
    for i in range(count):
        if members[i] == who:
            return count
    members[count] = who
    return count + 1


def search(board: Any, free: Any, costly: Any, state: Any, rounds: int, room: Any, kept: Any, members: Any) -> None:
    """So many rounds: one of the costly plans, those left over every other time, is put in anew with some others."""
    left = 0
    for i in range(len(costly)):
        if board[COST][costly[i]] >= LEFT_OVER_S:
            left += 1
    for _ in range(rounds):
        plan = costly[drawn(state, len(costly))]
        if left and drawn(state, 2) == 0:
            nth = drawn(state, left)
            for i in range(len(costly)):
                if board[COST][costly[i]] >= LEFT_OVER_S:
                    plan = costly[i]
                    nth -= 1
                    if nth < 0:
                        break
        if board[COST][plan] == 0:
            continue
        count = neighbourhood(board, plan, free, state, members)
        layer, start = -1, 0
        if drawn(state, 2) == 0:
            layer = board[LAYERS][members[0], drawn(state, board[LAYERS].shape[1])]
            start = drawn(state, 2) * drawn(state, FURTHEST_START_S)
        put_better(board, members, count, layer, start, room, kept)
