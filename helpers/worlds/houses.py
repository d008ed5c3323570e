"""Houses to walk through: floor plans, graphs of viewpoints, what is seen from each, and walks told in words.

Conventions
-----------
Lengths are metres, angles radians. A plan lies in the plane, x to the right and y up. Directions count from the x-axis
counter-clockwise, so that a turn to the left is positive.

A **plan** is a rectangle cut into rooms, one of them a corridor. Walls have no thickness; a door is a gap of
``DOOR`` metres in one, and all rooms can be reached. Rooms are empty for walking and seeing: objects stand at the walls
and hide nothing.

A **viewpoint** is a place where one can stand: one to three in a room, more in the corridor, one in every doorway. Two
of them are joined where they see each other and lie at most ``REACH`` apart. The graph is connected; the way between
two viewpoints is measured along it.

A **panorama** has ``SECTORS`` sectors. Sector k looks along k times 30 degrees and covers 15 degrees to both sides. Its
feature stands for that of a pretrained network: a code of the nearest object in sight, the colour of the wall, its
depth, and whether there is a doorway, with noise that is drawn once per place. Some sectors are missing (all zero).

**Unseen** houses differ in three ways: in their plan, in which colour the walls of a type of room have, and in pairs of
object and colour that no seen house holds; the code of an object has a part that belongs to the pair.

A **walk** is a shortest path of 3 to 6 edges with an instruction from a small grammar. Whatever an instruction names is
there: rooms that are left or entered, sides to which one turns, objects in sight near the path. Words have synonyms,
colours are often left out, and so are whole steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.sparse.csgraph import dijkstra

from ..draw import figures
from ..rows import Rows

ROOMS = ("hall", "kitchen", "bedroom", "bathroom", "lounge", "study", "library", "nursery")
HALL = 0
OBJECTS = (
    "sofa", "lamp", "table", "chair", "bed", "desk", "shelf", "stove", "fridge", "sink",
    "bath", "mirror", "plant", "rug", "clock", "picture", "cot", "piano", "chest", "bench",
)  # fmt: skip
COLOURS = ("red", "blue", "green", "yellow", "white", "black")
TYPICAL = {
    "hall": ("bench", "mirror", "plant", "clock", "rug"),
    "kitchen": ("stove", "fridge", "sink", "table", "chair"),
    "bedroom": ("bed", "chest", "lamp", "mirror", "rug"),
    "bathroom": ("bath", "sink", "mirror", "plant", "bench"),
    "lounge": ("sofa", "table", "piano", "picture", "lamp"),
    "study": ("desk", "chair", "lamp", "shelf", "clock"),
    "library": ("shelf", "chair", "picture", "desk", "piano"),
    "nursery": ("cot", "chest", "rug", "bed", "picture"),
}
SYNONYMS = {
    "hall": ("hall", "corridor"),
    "lounge": ("lounge", "parlour"),
    "study": ("study", "office"),
    "bathroom": ("bathroom", "washroom"),
    "sofa": ("sofa", "couch"),
    "shelf": ("shelf", "bookcase"),
    "stove": ("stove", "oven"),
    "sink": ("sink", "basin"),
    "bath": ("bath", "tub"),
    "rug": ("rug", "carpet"),
    "picture": ("picture", "painting"),
    "cot": ("cot", "crib"),
    "leave": ("leave", "exit"),
    "enter": ("enter", "go into"),
    "pass": ("pass", "walk past"),
    "stop": ("stop", "wait"),
    "near": ("near", "by"),
    "turn": ("turn", "head"),
    "go": ("go", "walk"),
    "straight": ("straight", "ahead"),
    "then": ("then", "and"),
}
PAD, END = 0, 1  # words without meaning: nothing, and the full stop that ends every instruction
_SENTENCES = (
    "the", "left", "right", "around", "through", "door", "doorway", "cross", "in",
)  # fmt: skip
_NAMES = (*ROOMS, *OBJECTS, *COLOURS, *_SENTENCES, *(word for words in SYNONYMS.values() for word in words))
WORDS = ("<pad>", ".", *dict.fromkeys(word for name in _NAMES for word in name.split()))
SECTORS = 12
DOOR = 0.9
REACH = 3.0
SHORTEST, LONGEST = 3, 6  # edges of a walk
FEWEST_WORDS, MOST_WORDS = 10, 24  # of an instruction (fewer only if there is no more to tell); with the full stop
CODE = 16  # numbers in the code of an object
FEATURES = CODE + 6  # and how near the object is, colour of the wall, depth, doorway

_FAR = 6.0  # how far objects and doorways are recognised
_NEAR = 2.2  # how near an object is that an instruction names
_SAMPLES = 200_000_003  # seed of the codes, which are the same in every run
_WALLS = np.array(
    [[0.85, 0.85, 0.80], [0.95, 0.75, 0.35], [0.45, 0.55, 0.90], [0.40, 0.85, 0.85],
     [0.80, 0.40, 0.35], [0.45, 0.70, 0.40], [0.60, 0.40, 0.25], [0.95, 0.65, 0.80]]
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """One house, its objects and its viewpoints.

    Attributes:
        rooms: float [R, 4], left, bottom, right and top of each room.
        kind: int [R], type of each room, an index into ``ROOMS``.
        wall_colour: float [R, 3], red, green, blue in [0, 1].
        doors: float [D, 2], the middle of each doorway.
        door_rooms: int [D, 2], the rooms on both sides of it.
        walls: float [S, 2, 2], the two ends of each piece of wall.
        objects: float [O, 2], where each object stands.
        object_kind, object_colour, object_room: int [O], indices into ``OBJECTS``, ``COLOURS`` and the rooms.
        places: float [N, 2], the viewpoints.
        room: int [N], the room of each viewpoint; -1 in a doorway.
        door: int [N], the doorway of each viewpoint; -1 in a room.
        joined: bool [N, N], which viewpoints are neighbours.
        distance: float [N, N], length of the shortest way along the graph.
        before: int [N, N], the last viewpoint before column j on the way from row i; -9999 on the diagonal.
        sees: bool [N, O], which objects are in sight.
    """

    rooms: np.ndarray
    kind: np.ndarray
    wall_colour: np.ndarray
    doors: np.ndarray
    door_rooms: np.ndarray
    walls: np.ndarray
    objects: np.ndarray
    object_kind: np.ndarray
    object_colour: np.ndarray
    object_room: np.ndarray
    places: np.ndarray
    room: np.ndarray
    door: np.ndarray
    joined: np.ndarray
    distance: np.ndarray
    before: np.ndarray
    sees: np.ndarray

    def rooms_at(self, place: int) -> set[int]:
        """The room of a viewpoint, or the two rooms that its doorway joins."""
        door = self.door[place]
        return {int(self.room[place])} if door < 0 else {int(r) for r in self.door_rooms[door]}


@dataclass(frozen=True)
class Graphs:
    """The viewpoints of several houses in one numbering, as tensors.

    Attributes:
        views: float32 [M, SECTORS, FEATURES], the panorama at each of the M viewpoints.
        neighbours: int64 [M, K], numbers of the neighbours; the viewpoint itself where there are fewer than K.
        angle: float32 [M, K], direction in which each neighbour lies.
        open: bool [M, K], where there is a neighbour.
        house: int64 [M], which house a viewpoint belongs to.
        local: int64 [M], its number in that house.
        place: float32 [M, 2].
        distance: float32 [M, L], way to each viewpoint of the same house, by its local number; infinite beyond.
    """

    views: torch.Tensor
    neighbours: torch.Tensor
    angle: torch.Tensor
    open: torch.Tensor
    house: torch.Tensor
    local: torch.Tensor
    place: torch.Tensor
    distance: torch.Tensor

    def to(self, device: torch.device | str) -> Graphs:
        """The same on a device."""
        return Graphs(*(getattr(self, field.name).to(device) for field in fields(self)))

    def way(self, start: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
        """Length of the shortest way between viewpoints [...] and goals [...] of the same houses."""
        return self.distance[start, self.local[goal]]


@dataclass(frozen=True)
class Walks(Rows):
    """Instructed walks; viewpoints are numbered as in the ``Graphs``.

    Attributes:
        words: int64 [n, MOST_WORDS], indices into ``WORDS``; after the full stop ``PAD``.
        path: int64 [n, LONGEST + 1], the viewpoints; the goal is repeated at the end.
        action: int64 [n, LONGEST + 1], which neighbour is next, counted from 1; 0 is to stop, and again after it.
        edges: int64 [n], how many edges the path has.
        heading: float32 [n], in which direction one looks at the start.
    """

    words: torch.Tensor
    path: torch.Tensor
    action: torch.Tensor
    edges: torch.Tensor
    heading: torch.Tensor

    @property
    def start(self) -> torch.Tensor:
        """The first viewpoints [n]."""
        return self.path[:, 0]

    @property
    def goal(self) -> torch.Tensor:
        """The last viewpoints [n]."""
        return self.path[:, -1]


def draw_houses(count: int, rng: np.random.Generator, *, unseen: bool = False, shift: float = 0.3) -> list[House]:
    """``count`` houses.

    Args:
        count: how many.
        rng: source of every draw.
        unseen: whether they have shifted palettes and, every other time, pairs of object and colour that are held out.
        shift: how far the walls of unseen houses move towards the colour of another type of room, 0 to 1.

    Raises:
        ValueError: if ``count`` is below 1 or ``shift`` is not in [0, 1].
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    if not 0 <= shift <= 1:
        raise ValueError(f"shift must be a share from 0 to 1, not {shift}")
    drawn: list[House] = []
    while len(drawn) < count:
        house = _house(rng, unseen, shift)
        if np.isfinite(house.distance).all() and 20 <= len(house.places) <= 30:
            drawn.append(house)
    return drawn


def held_out(kind: np.ndarray | int, colour: np.ndarray | int) -> np.ndarray | bool:
    """Whether a pair of object and colour occurs in unseen houses only: two colours of every object."""
    return (colour - kind) % len(COLOURS) < 2


def panoramas(house: House, rng: np.random.Generator, *, noise: float = 0.25, missing: float = 0.15) -> np.ndarray:
    """What is seen from every viewpoint of a house.

    Args:
        house: where.
        rng: source of the noise.
        noise: its standard deviation.
        missing: share of the sectors that are zero.

    Returns:
        Features [N, SECTORS, FEATURES], float32. Their numbers are the code of the nearest object in sight and a one,
        both fainter if far; the colour of the wall from -1 to 1; depth in units of 5 m; doorway, fainter if far.

    Raises:
        ValueError: if ``noise`` is negative or ``missing`` is not in [0, 1].
    """
    if noise < 0 or not 0 <= missing <= 1:
        raise ValueError(f"noise must not be negative and missing a share, not {noise} and {missing}")
    n = len(house.places)
    views = np.zeros((n, SECTORS, FEATURES))
    angles = (np.arange(SECTORS)[:, None] + [-1 / 3, 0, 1 / 3]) * math.tau / SECTORS  # [SECTORS, 3]
    depth, room = cast(house, np.repeat(house.places, angles.size, 0), np.tile(angles.ravel(), n))
    depth, room = depth.reshape(n, SECTORS, 3), room.reshape(n, SECTORS, 3)
    views[..., CODE + 1 : CODE + 4] = 2 * house.wall_colour[room[..., 1]] - 1
    views[..., CODE + 4] = depth.mean(-1) / 5
    codes = np.pad(object_codes()[house.object_kind, house.object_colour], ((0, 0), (0, 1)), constant_values=1.0)
    for things, seen, where, values in (
        (house.objects, house.sees, slice(0, CODE + 1), codes),
        (house.doors, _doors_in_sight(house), slice(CODE + 5, None), np.ones((len(house.doors), 1))),
    ):
        sector, away = look(house.places[:, None], things[None])
        away = np.where(seen & (away < _FAR), away, np.inf)
        for k in range(SECTORS):
            near = np.where(sector == k, away, np.inf)
            which = near.argmin(1)
            faint = np.clip(2 / np.maximum(near.min(1), 1e-3), 0.0, 1.0) ** 2
            views[:, k, where] = faint[:, None] * values[which]
    views += rng.normal(0, noise, views.shape)
    views *= rng.random((n, SECTORS, 1)) >= missing
    return views.astype(np.float32)


def gather(houses: list[House], rng: np.random.Generator, *, noise: float = 0.25, missing: float = 0.15) -> Graphs:
    """Number the viewpoints of all houses in one row, and look around at each; arguments as of :func:`panoramas`.

    Raises:
        ValueError: if there is no house, or as :func:`panoramas`.
    """
    if not houses:
        raise ValueError("houses must hold at least one house")
    sizes = [len(house.places) for house in houses]
    first = np.cumsum([0, *sizes])
    degree = max(int(house.joined.sum(1).max()) for house in houses)
    neighbours = np.repeat(np.arange(first[-1])[:, None], degree, 1)
    angle, is_open = np.zeros(neighbours.shape), np.zeros(neighbours.shape, dtype=bool)
    distance = np.full((first[-1], max(sizes)), np.inf)
    for house, begin in zip(houses, first, strict=False):
        i, j = np.nonzero(house.joined)
        slot = np.arange(len(i)) - np.searchsorted(i, i)
        neighbours[begin + i, slot], is_open[begin + i, slot] = begin + j, True
        x, y = (house.places[j] - house.places[i]).T
        angle[begin + i, slot] = np.arctan2(y, x)
        distance[begin : begin + len(house.places), : len(house.places)] = house.distance
    return Graphs(
        torch.from_numpy(np.concatenate([panoramas(house, rng, noise=noise, missing=missing) for house in houses])),
        torch.from_numpy(neighbours),
        torch.from_numpy(angle).float(),
        torch.from_numpy(is_open),
        torch.from_numpy(np.repeat(np.arange(len(houses)), sizes)),
        torch.from_numpy(np.concatenate([np.arange(size) for size in sizes])),
        torch.from_numpy(np.concatenate([house.places for house in houses])).float(),
        torch.from_numpy(distance).float(),
    )


def draw_walks(
    houses: list[House],
    graphs: Graphs,
    count: int,
    rng: np.random.Generator,
    *,
    tellings: int = 1,
    omit: float = 0.3,
    among: range | None = None,
) -> Walks:
    """``count`` different walks, as evenly in the houses as they allow, each told ``tellings`` times in other words.

    Args:
        houses: where.
        graphs: of these houses.
        count: how many walks.
        rng: source of every draw.
        tellings: how many instructions each walk gets; they are neighbours in the result.
        omit: chance that a step is not told.
        among: which houses are used; all of them by default.

    Returns:
        ``count * tellings`` rows.

    Raises:
        ValueError: if ``count`` or ``tellings`` is below 1, ``omit`` is no share, or there are not enough walks.
    """
    if count < 1 or tellings < 1 or not 0 <= omit <= 1:
        raise ValueError(f"count and tellings must be at least 1 and omit a share, not {count}, {tellings} and {omit}")
    among = range(len(houses)) if among is None else among
    first = np.searchsorted(graphs.house.cpu().numpy(), np.arange(len(houses)))
    pairs = {h: _walkable(houses[h]) for h in among}
    if count > sum(map(len, pairs.values())):
        raise ValueError(f"count must be at most {sum(map(len, pairs.values()))}, all walks there are, not {count}")
    wanted = _even_shares(count, np.array([len(pairs[h]) for h in among]))
    rows: list[tuple] = []
    for share, h in zip(wanted, among, strict=True):
        house = houses[h]
        for start, goal in pairs[h][rng.permutation(len(pairs[h]))[:share]]:
            path = shortest(house, start, goal)
            heading = rng.uniform(-math.pi, math.pi)
            for _ in range(tellings):
                words = tell(house, path, heading, rng, omit=omit)
                rows.append((words, [first[h] + place for place in path], heading))
    words = np.zeros((len(rows), MOST_WORDS), int)
    for i, (said, _, _) in enumerate(rows):
        words[i, : len(said)] = [_NUMBER[word] for word in said]
    heading = torch.tensor([each for *_, each in rows], dtype=torch.float32)
    return _walks(graphs, torch.from_numpy(words), [places for _, places, _ in rows], heading)


def other_ways(houses: list[House], graphs: Graphs, walks: Walks, rng: np.random.Generator) -> Walks:
    """Wrong walks that look right: from the same starts, with the same instructions, to other goals.

    They are shortest ways too, and have as many edges as the walks; where there is no such way, one fewer or more.

    Args:
        houses, graphs: where the walks are.
        walks: which instructions, starts and numbers of edges.
        rng: source of the goals.
    """
    first = np.searchsorted(graphs.house.cpu().numpy(), np.arange(len(houses)))
    where = graphs.house[walks.start].tolist()
    edges = {h: _edges(houses[h]) for h in set(where)}
    paths = []
    for h, start, goal, count in zip(
        where, graphs.local[walks.start].tolist(), graphs.local[walks.goal].tolist(), walks.edges.tolist(), strict=True
    ):
        off = np.abs(edges[h][start] - count) + 100 * (np.arange(len(edges[h])) == goal)
        off[edges[h][start] > LONGEST] = 100
        goals = np.flatnonzero(off == off.min())
        paths.append([first[h] + place for place in shortest(houses[h], start, goals[rng.integers(len(goals))])])
    return _walks(graphs, walks.words, paths, walks.heading)


def shortest(house: House, start: int, goal: int) -> list[int]:
    """The viewpoints on the shortest way, both ends included."""
    path = [int(goal)]
    while path[-1] != start:
        path.append(int(house.before[start, path[-1]]))
    return path[::-1]


def tell(house: House, path: list[int], heading: float, rng: np.random.Generator, *, omit: float = 0.3) -> list[str]:
    """An instruction for a path, as words that end with a full stop: at most ``MOST_WORDS``.

    Args:
        house: where.
        path: viewpoints, each a neighbour of the one before.
        heading: in which direction one looks at the start.
        rng: source of every choice.
        omit: chance that a step is not told; the last one always is, and the others until there are FEWEST_WORDS.
    """
    steps = []
    for a, b in pairwise(path):
        x, y = house.places[b] - house.places[a]
        direction = math.atan2(y, x)
        side = _side(direction - heading)
        heading = direction
        steps += _clauses(house, a, b, side, rng, last=b == path[-1])
    *steps, last = steps
    dropped = rng.random(len(steps)) < omit
    told, count = set(), len(last)
    for k in np.lexsort((rng.random(len(steps)), dropped)):  # those that are dropped come last
        longer = count + len(steps[k])
        if (not dropped[k] or count < FEWEST_WORDS) and longer <= MOST_WORDS - 1:
            told.add(k)
            count = longer
    words: list[str] = []
    for k in sorted(told):
        then = _say("then", rng)
        if words and rng.random() < 0.15 and count + len(then) <= MOST_WORDS - 1:
            words += then
            count += len(then)
        words += steps[k]
    return [*words, *last, "."]


def spoken(words: torch.Tensor) -> str:
    """Word indices [L] as a sentence."""
    return " ".join(WORDS[k] for k in words.tolist() if k != PAD).replace(" .", ".")


def look(eye: np.ndarray, thing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In which sector things [..., 2] lie as seen from eyes [..., 2], and how far away."""
    x, y = np.moveaxis(thing - eye, -1, 0)
    return np.round(np.arctan2(y, x) * SECTORS / math.tau).astype(int) % SECTORS, np.hypot(x, y)


def cast(house: House, eye: np.ndarray, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rays from eyes [n, 2] along angles [n] until a wall: their lengths [n], and the rooms that it bounds [n]."""
    ray = np.stack([np.cos(angle), np.sin(angle)], 1)
    along, across = _meet(eye, ray, house.walls)
    along = np.where((across >= 0) & (across <= 1) & (along > 1e-6), along, np.inf).min(1)
    return along, room_at(house, eye + (along - 1e-3)[:, None] * ray)


def room_at(house: House, points: np.ndarray) -> np.ndarray:
    """The room [n] that holds each point [n, 2]; the nearest one for points outside."""
    left, bottom, right, top = house.rooms.T
    x, y = points[:, :1], points[:, 1:]
    outside = np.maximum(np.maximum(left - x, x - right), np.maximum(bottom - y, y - top))
    return outside.argmin(1)


def in_sight(walls: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether no wall [S, 2, 2] stands between points a [n, 2] and b [n, 2]; along a wall nothing is seen."""
    along, across = _meet(a, b - a, walls)
    hit = (across >= 0) & (across <= 1) & (along > 1e-6) & (along < 1 - 1e-6)
    middle = (a + b)[:, None] / 2
    start, end = walls[:, 0], walls[:, 1]
    on_it = np.abs(np.linalg.norm(middle - start, axis=-1) + np.linalg.norm(middle - end, axis=-1)
                   - np.linalg.norm(end - start, axis=-1)) < 1e-6  # fmt: skip
    return ~(hit | on_it).any(1)


@lru_cache(maxsize=1)
def object_codes() -> np.ndarray:
    """The code of every object in every colour [20, 6, CODE]: parts for the object, the colour and the pair."""
    rng = np.random.default_rng(_SAMPLES)
    kind = rng.normal(0, 1, (len(OBJECTS), 1, CODE))
    colour = rng.normal(0, 0.6, (1, len(COLOURS), CODE))
    return kind + colour + rng.normal(0, 0.45, (len(OBJECTS), len(COLOURS), CODE))


def draw_plan(house: House, axes: Axes, *, names: bool = True, object_names: bool = True, graph: bool = True) -> None:
    """Draw rooms, walls, doors, objects and viewpoints.

    Args:
        house: what to draw.
        axes: where.
        names: whether to write the names of rooms and objects.
        object_names: whether to write those of objects among them.
        graph: whether to draw the viewpoints and their edges.
    """
    for (left, bottom, right, top), colour in zip(house.rooms, house.wall_colour, strict=True):
        axes.fill([left, right, right, left], [bottom, bottom, top, top], color=0.7 + 0.3 * colour.clip(0, 1), lw=0)
    for wall in house.walls:
        axes.plot(*wall.T, color="black", linewidth=1.2, solid_capstyle="butt", antialiased=False)
    if graph:
        for i, j in zip(*np.nonzero(np.triu(house.joined)), strict=True):
            axes.plot(*house.places[[i, j]].T, color="0.65", linewidth=0.4, antialiased=False)
        axes.plot(*house.places.T, ".", color="0.4", markersize=4, antialiased=False)
    for place, colour in zip(house.objects, house.object_colour, strict=True):
        axes.plot(*place, "s", color=COLOURS[colour], markeredgecolor="0.3", markersize=5, markeredgewidth=0.5,
                  antialiased=False)  # fmt: skip
    if names:
        _draw_names(house, axes, object_names)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _draw_names(house: House, axes: Axes, object_names: bool) -> None:
    """Write what stands in a plan, each name where it covers least; of rooms in italics.

    A name has eight places to choose from beside an object, and a grid of places in a room. It should stay in the room
    and keep off the objects, the viewpoints and the names that are written already.
    """
    inches = axes.get_window_extent().size / axes.figure.dpi
    scale = float(np.max((house.rooms[:, 2:].max(0) - house.rooms[:, :2].min(0)) / inches))  # metres per inch
    beside = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)])
    grid = np.stack(np.meshgrid([0.3, 0.5, 0.7], np.linspace(0.1, 0.9, 9)), -1).reshape(-1, 2)
    taken = [(point, np.full(2, 0.04 * scale)) for point in (*house.objects, *house.places)]  # middles and half sizes
    things = zip(house.object_kind, house.objects, house.rooms[house.object_room], strict=True)
    names = [(OBJECTS[kind], place, room, 7, "normal") for kind, place, room in things if object_names]
    names += [(ROOMS[kind], None, room, 8, "italic") for kind, room in zip(house.kind, house.rooms, strict=True)]
    for name, place, room, size, style in names:
        half = np.array([0.0042 * len(name), 0.0075]) * size * scale
        low, high = room[:2] + half, room[2:] - half
        spots = low + grid * (high - low) if place is None else place + beside * (half + 0.07 * scale)  # [s, 2]
        spots[2:, 0] = spots[2:, 0].clip(low[0], high[0])  # above and below it may be shifted
        covered = sum((half + other - np.abs(spots - middle)).clip(0).prod(1) for middle, other in taken)
        covered = covered + 9 * ((spots < low - 0.05) | (spots > high + 0.05)).any(1)
        spot = spots[covered.argmin()]
        axes.text(*spot, name, ha="center", va="center", fontsize=size, style=style, zorder=4)
        taken.append((spot, half))


def sample_picture() -> Figure:
    """A seen and an unseen house, each with a walk and the instruction that tells it."""
    rng = np.random.default_rng(4)
    figure, axes = figures.panels(1, 2, size=(10, 4.4))
    for axis, unseen in zip(axes, (False, True), strict=True):
        houses = draw_houses(1, rng, unseen=unseen)
        walk = draw_walks(houses, gather(houses, rng), 1, rng)
        draw_plan(houses[0], axis)
        way = houses[0].places[walk.path[0, : int(walk.edges) + 1].numpy()]
        axis.plot(*way.T, color=figures.COLOURS["ours"], linewidth=2.5)
        axis.plot(*way[0], "o", color=figures.COLOURS["ours"])
        axis.plot(*way[-1], "*", color=figures.COLOURS["baseline"], markersize=13)
        said = spoken(walk.words[0]).split()
        half = len(said) // 2
        axis.set_title(f"{' '.join(said[:half])}\n{' '.join(said[half:])}", fontsize=8)
    return figure


_NUMBER = {word: number for number, word in enumerate(WORDS)}


def _house(rng: np.random.Generator, unseen: bool, shift: float) -> House:
    rooms = _rooms(rng)
    doors, door_rooms, walls = _doors(rooms, rng)
    kind = np.concatenate([[HALL], rng.permutation(np.arange(1, len(ROOMS)).repeat(2))[: len(rooms) - 1]])
    colour = _WALLS[kind]
    if unseen:
        colour = (1 - shift) * colour + shift * _WALLS[np.roll(np.arange(len(ROOMS)), 3)[kind]]
    colour = (colour + rng.normal(0, 0.06, colour.shape)).clip(0, 1)
    things = _objects(rooms, kind, doors, rng, unseen)
    places, room, door = _viewpoints(rooms, doors, rng)
    i, j = np.triu_indices(len(places), 1)
    length = np.linalg.norm(places[i] - places[j], axis=1)
    near = length <= REACH
    i, j, length = i[near], j[near], length[near]
    clear = in_sight(walls, places[i], places[j])
    weight = np.zeros((len(places),) * 2)
    weight[i[clear], j[clear]] = weight[j[clear], i[clear]] = length[clear]
    distance, before = dijkstra(weight, directed=False, return_predecessors=True)
    pairs = np.stack(np.meshgrid(np.arange(len(places)), np.arange(len(things[0])), indexing="ij"), -1).reshape(-1, 2)
    sees = in_sight(walls, places[pairs[:, 0]], things[0][pairs[:, 1]]).reshape(len(places), -1)
    return House(
        rooms, kind, colour, doors, door_rooms, walls, *things, places, room, door, weight > 0, distance, before, sees
    )


def _rooms(rng: np.random.Generator) -> np.ndarray:
    """Rectangles [R, 4]: a corridor first, then 5 to 8 rooms by splits of what lies on both sides of it."""
    width, depth = rng.uniform(11, 13.5), rng.uniform(8.5, 10.5)
    low = rng.uniform(0.35, 0.65) * (depth - 1.6)
    parts = [(0.0, 0.0, width, low), (0.0, low + 1.6, width, depth)]
    wanted = rng.integers(6, 9)
    while len(parts) < wanted:
        parts.sort(key=lambda part: (part[2] - part[0]) * (part[3] - part[1]))
        left, bottom, right, top = parts.pop()
        cut = rng.uniform(0.4, 0.6)
        if right - left >= top - bottom:
            middle = left + cut * (right - left)
            parts += [(left, bottom, middle, top), (middle, bottom, right, top)]
        else:
            middle = bottom + cut * (top - bottom)
            parts += [(left, bottom, right, middle), (left, middle, right, top)]
    rooms = np.array([(0.0, low, width, low + 1.6), *parts])
    return rooms[:, [1, 0, 3, 2]] if rng.random() < 0.5 else rooms


def _doors(rooms: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Doorways [D, 2], the rooms on both sides [D, 2], and the pieces of wall [S, 2, 2]."""
    borders = []  # of two rooms: which, the axis across it, its position, from, to
    for a, b in combinations(range(len(rooms)), 2):
        for axis in (0, 1):
            other = 1 - axis
            low = max(rooms[a, other], rooms[b, other])
            high = min(rooms[a, other + 2], rooms[b, other + 2])
            for one, two in ((a, b), (b, a)):
                if high - low > 1e-6 and abs(rooms[one, axis + 2] - rooms[two, axis]) < 1e-9:
                    borders.append((a, b, axis, rooms[two, axis], low, high))
    wide = [k for k, border in enumerate(borders) if border[5] - border[4] >= DOOR + 0.5]
    # The corridor's doors come first more often than not; what is left closes circles now and then.
    order = sorted(wide, key=lambda k: rng.random() - 0.5 * (borders[k][0] == 0))
    group, with_door = list(range(len(rooms))), set()
    for k in order:
        a, b = borders[k][:2]
        if group[a] != group[b] or rng.random() < 0.3:
            with_door.add(k)
            group = [group[a] if each == group[b] else each for each in group]
    left, bottom, right, top = *rooms[:, :2].min(0), *rooms[:, 2:].max(0)
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    doors, sides, walls = [], [], [(corners[k], corners[(k + 1) % 4]) for k in range(4)]
    for k, (a, b, axis, at, low, high) in enumerate(borders):
        pieces = [(low, high)]
        if k in with_door:
            middle = rng.uniform(low + DOOR / 2 + 0.2, high - DOOR / 2 - 0.2)
            pieces = [(low, middle - DOOR / 2), (middle + DOOR / 2, high)]
            doors.append((at, middle) if axis == 0 else (middle, at))
            sides.append((a, b))
        walls += [[(at, end) if axis == 0 else (end, at) for end in piece] for piece in pieces]
    return np.array(doors), np.array(sides), np.array(walls)


def _objects(
    rooms: np.ndarray, kind: np.ndarray, doors: np.ndarray, rng: np.random.Generator, unseen: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Places [O, 2], kinds, colours and rooms [O]: two to four objects along the walls of each room."""
    places, kinds, colours, where = [], [], [], []
    for r, (left, bottom, right, top) in enumerate(rooms):
        names = rng.permutation(TYPICAL[ROOMS[kind[r]]])[: rng.integers(2, 5)]
        for name in names:
            if rng.random() < 0.15:
                name = OBJECTS[rng.integers(len(OBJECTS))]
            for _ in range(20):
                place = rng.uniform([left + 0.35, bottom + 0.35], [right - 0.35, top - 0.35])
                axis, end = rng.integers(2), rng.integers(2)
                place[axis] = (left, bottom)[axis] + 0.3 if end == 0 else (right, top)[axis] - 0.3
                taken = [p for p, o in zip(places, where, strict=True) if o == r]
                if all(np.hypot(*(place - other)) > 0.8 for other in [*taken, *doors]):
                    break
            else:
                continue
            number, colour = OBJECTS.index(name), int(rng.integers(len(COLOURS)))
            while held_out(number, colour) and (not unseen or rng.random() < 0.5):
                colour = int(rng.integers(len(COLOURS)))
            places.append(place)
            kinds.append(number)
            colours.append(colour)
            where.append(r)
    return np.array(places), np.array(kinds), np.array(colours), np.array(where)


def _viewpoints(
    rooms: np.ndarray, doors: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places [N, 2], their rooms (-1 in a doorway) and their doorways (-1 in a room)."""
    places, room = [], []
    for r, (left, bottom, right, top) in enumerate(rooms):
        columns, rows = (1 if side < 4.2 else round(side / 2.6) for side in (right - left, top - bottom))
        for column in range(columns):
            for row in range(rows):
                middle = (
                    left + (column + 0.5) * (right - left) / columns,
                    bottom + (row + 0.5) * (top - bottom) / rows,
                )
                places.append(middle + rng.uniform(-0.25, 0.25, 2))
                room.append(r)
    door = np.concatenate([np.full(len(places), -1), np.arange(len(doors))])
    return np.concatenate([places, doors]), np.array(room + [-1] * len(doors)), door


def _doors_in_sight(house: House) -> np.ndarray:
    """Which doorways [N, D] are seen; not the one that one stands in."""
    n, d = len(house.places), len(house.doors)
    i, j = np.repeat(np.arange(n), d), np.tile(np.arange(d), n)
    return (in_sight(house.walls, house.places[i], house.doors[j]) & (house.door[i] != j)).reshape(n, d)


def _meet(eye: np.ndarray, ray: np.ndarray, walls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where lines eye + t ray [n, 2] meet lines through walls [S, 2, 2]: t and the place along the wall, [n, S]."""
    start, side = walls[:, 0], walls[:, 1] - walls[:, 0]
    to = start - eye[:, None]
    parallel = ray[:, :1] * side[:, 1] - ray[:, 1:] * side[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (to[..., 0] * side[:, 1] - to[..., 1] * side[:, 0]) / parallel
        across = (to[..., 0] * ray[:, 1:] - to[..., 1] * ray[:, :1]) / parallel
    none = np.abs(parallel) < 1e-12
    return np.where(none, np.inf, along), np.where(none, np.inf, across)


def _edges(house: House) -> np.ndarray:
    """How many edges the shortest way has [N, N]; LONGEST + 1 stands for all that have more."""
    n = len(house.places)
    edges, here = np.zeros((n, n), int), np.tile(np.arange(n), (n, 1))
    row = np.arange(n)[:, None]
    for _ in range(LONGEST + 1):
        edges += here != row
        here = np.where(here == row, row, house.before[row, here])
    return edges


def _walkable(house: House) -> np.ndarray:
    """Pairs [p, 2] of viewpoints whose shortest way has SHORTEST to LONGEST edges."""
    edges = _edges(house)
    return np.argwhere((edges >= SHORTEST) & (edges <= LONGEST))


def _walks(graphs: Graphs, words: torch.Tensor, paths: list[list[int]], heading: torch.Tensor) -> Walks:
    """Walks along given viewpoints, with their actions."""
    device = graphs.neighbours.device
    path = torch.tensor([places + places[-1:] * (LONGEST + 1 - len(places)) for places in paths]).to(device)
    following = torch.cat([path[:, 1:], path[:, -1:]], 1)
    here = graphs.neighbours[path] == following[..., None]  # [n, LONGEST + 1, K]
    action = torch.where(following == path, 0, 1 + here.int().argmax(-1))
    edges = torch.tensor([len(places) - 1 for places in paths], device=device)
    return Walks(words.to(device), path, action, edges, heading.to(device))


def _even_shares(count: int, most: np.ndarray) -> np.ndarray:
    """``count`` split into whole shares of at most ``most`` [n], as even as possible."""
    share = np.zeros_like(most)
    while share.sum() < count:
        free = np.flatnonzero(share < most)
        more = max(1, (count - share.sum()) // len(free))
        free = free[: count - share.sum()]
        share[free] = np.minimum(share[free] + more, most[free])
    return share


def _side(turn: float) -> str:
    turn = math.degrees((turn + math.pi) % math.tau - math.pi)
    if abs(turn) <= 40:
        return "straight"
    return "around" if abs(turn) > 140 else "left" if turn > 0 else "right"


def _say(word: str, rng: np.random.Generator) -> list[str]:
    """A word or one of its synonyms, as a list of words."""
    choice = SYNONYMS.get(word, (word,))
    return choice[rng.integers(len(choice))].split()


def _thing(house: House, place: int, rng: np.random.Generator) -> list[str]:
    """One of the objects in sight near a viewpoint in words, with its colour every other time; empty if none is."""
    away = np.hypot(*(house.objects - house.places[place]).T)
    near = np.flatnonzero(house.sees[place] & (away < _NEAR))
    if len(near) == 0:
        return []
    k = near[away[near].argmin()] if rng.random() < 0.7 else near[rng.integers(len(near))]
    colour = [COLOURS[house.object_colour[k]]] if rng.random() < 0.5 else []
    return ["the", *colour, *_say(OBJECTS[house.object_kind[k]], rng)]


def _clauses(house: House, a: int, b: int, side: str, rng: np.random.Generator, *, last: bool) -> list[list[str]]:
    """What can be told about the edge from viewpoint a to its neighbour b; the last clause says where to stop."""
    before, after = house.rooms_at(a), house.rooms_at(b)
    name = {r: ["the", *_say(ROOMS[house.kind[r]], rng)] for r in before | after}
    turn = [*_say("go", rng), *_say("straight", rng)] if side == "straight" else [*_say("turn", rng), side]
    told = []
    if house.room[a] >= 0 and house.door[b] >= 0:  # to a doorway
        through = ["through", "the", *([side] if side in ("left", "right") else []), "door"]
        told.append([*_say("leave", rng), *name[int(house.room[a])], *(through if rng.random() < 0.7 else [])])
    elif house.door[a] >= 0 and house.door[b] >= 0 and before & after:
        told += [turn, ["cross", *name[min(before & after)]]]
    elif before != after and house.room[b] >= 0:  # into a room
        told += [turn] if side != "straight" else []
        told.append([*_say("enter", rng), *name[int(house.room[b])]])
    else:
        told.append(turn)
    thing = _thing(house, b, rng)
    if not last:
        return [*told, [*_say("pass", rng), *thing]] if thing and rng.random() < 0.5 else told
    if house.door[b] >= 0:
        where = ["in", "the", "doorway"]
    elif thing and rng.random() < 0.85:
        where = [*_say("near", rng), *thing]
    else:
        where = ["in", *name[int(house.room[b])]]
    return [*told, [*_say("stop", rng), *where]]
