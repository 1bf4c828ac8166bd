internal import Glibc
package import NIOCore
internal import NIOPosix
internal import Primitives
internal import SystemPackage

/// A Unix socket on which a program answers its operator: one line of JSON for one line of JSON.
///
/// Whoever may write to the socket (mode 0660: its owner and group) may ask everything.
package final class ControlServer: Sendable {
    /// Takes a request without its line feed, on the event loop's thread; the reply may come from any thread, later.
    package typealias Handler = @Sendable (_ request: [UInt8], _ reply: ControlReply) -> Void

    private let path: String
    private let limits: ControlLimits
    private let eventLoop: any EventLoop
    private let handler: Handler
    private let clients: NIOLoopBoundBox<Int>
    private let listener: NIOLoopBoundBox<(any Channel)?>

    /// Makes a server that does not listen yet.
    package init(
        path: String,
        limits: ControlLimits = ControlLimits(),
        eventLoop: any EventLoop,
        handler: @escaping Handler,
    ) {
        self.path = path
        self.limits = limits
        self.eventLoop = eventLoop
        self.handler = handler
        clients = .makeBoxSendingValue(0, eventLoop: eventLoop)
        listener = .makeEmptyBox(eventLoop: eventLoop)
    }

    /// Listens on the path; a socket file on which nobody answers is replaced, any other file is not.
    package func start() throws(ControlError) {
        var socket = try UnixSocket(path: path)
        try socket.bindReplacingStale()
        let listener = listener
        do {
            let channel = try ServerBootstrap(group: eventLoop)
                .serverChannelOption(.backlog, value: 64)
                .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8192))
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try self.accept(channel) }
                }
                .withBoundSocket(socket.release()).wait()
            eventLoop.execute { listener.value = channel }
        } catch let error as IOError {
            throw .failed(operation: "listen on", path: path, Errno(rawValue: error.errnoCode))
        } catch {
            throw .failed(operation: "listen on", path: path, .ioError)
        }
    }

    private func accept(_ channel: any Channel) throws {
        guard clients.value < limits.clients else { throw ChannelError.operationUnsupported }
        try channel.pipeline.syncOperations.addHandler(ControlConnection(limits: limits, handler: handler))
        clients.value += 1
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.clients.value -= 1 }
    }

    /// Stops listening and removes the socket file.
    package func stop() {
        let (listener, path) = (listener, path)
        eventLoop.execute {
            guard let channel = listener.value else { return }
            listener.value = nil
            // Removed first: nobody can connect to a socket that is about to close.
            _ = unsafe unlink(path)
            channel.close(promise: nil)
        }
    }
}
