import Primitives

/// The LAN between the machines: each direction has its own troubles.
struct Network {
    /// What one direction does to packets.
    struct Direction: Hashable, Sendable {
        /// How many of a thousand packets are lost.
        var loss = 0
        /// How many of a thousand packets arrive twice.
        var duplication = 0
        /// How many of a thousand packets are overtaken by others.
        var reordering = 0
        /// How long a packet takes.
        var delay = Interval.microseconds(50)...Interval.microseconds(400)
        /// How much longer an overtaken packet takes.
        var overtaken = Interval.milliseconds(1)...Interval.milliseconds(150)
        /// Whether nothing gets through.
        var isCut = false
    }

    private var directions: [Direction]
    private let nodes: Int
    private var dice: Dice

    /// Makes a LAN of so many machines in which every direction is alike.
    init(nodes: Int, everywhere: Direction, dice: Dice) {
        self.nodes = nodes
        self.dice = dice
        directions = Array(repeating: everywhere, count: nodes * nodes)
    }

    /// One direction.
    subscript(from: Int, to: Int) -> Direction {
        get { directions[from * nodes + to] }
        set { directions[from * nodes + to] = newValue }
    }

    /// Changes every direction.
    mutating func everywhere(_ change: (inout Direction) -> Void) {
        for index in directions.indices { change(&directions[index]) }
    }

    /// After which times a packet arrives: none if it is lost, two if it is doubled.
    mutating func arrivals(from: Int, to: Int) -> [Interval] {
        let direction = self[from, to]
        guard !direction.isCut, !dice.happens(perMille: direction.loss) else { return [] }
        var delays = [dice.interval(direction.delay)]
        if dice.happens(perMille: direction.reordering) { delays[0] = delays[0] + dice.interval(direction.overtaken) }
        if dice.happens(perMille: direction.duplication) { delays.append(delays[0] + dice.interval(direction.delay)) }
        return delays
    }
}
