import Glibc

/// The servers that the probes of every kind meet, as a program of Python in the real server's namespace.
enum Servers {
    /// Starts them in the namespace of a stage; they end with the test's process, or after two minutes.
    static func start(on stage: Stage) throws -> String {
        let folder = "/tmp/tandem-probe-servers.\(getpid())"
        try stage.server(
            """
            mkdir -p \(folder) && cd \(folder) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
            -keyout key.pem -out cert.pem -days 30 -subj /CN=www.example.com \
            -addext subjectAltName=DNS:www.example.com 2>openssl.log
            cat > servers.py <<'END'
            \(program)
            END
            timeout 120 python3 servers.py \(getpid()) >servers.log 2>&1 &
            """
        )
        return folder
    }

    private static let program = """
        import os, socket, ssl, struct, sys, threading, time

        HERE = "192.0.2.11"

        def serve(port, body, wrap=None):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HERE, port))
            listener.listen(64)
            def one(connection):
                try:
                    body(wrap(connection) if wrap else connection)
                except OSError:
                    pass
                finally:
                    connection.close()
            def loop():
                while True:
                    threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()
            threading.Thread(target=loop, daemon=True).start()

        def pong(c):
            while b"\\n" in c.recv(100):
                c.send(b"+PO")
                time.sleep(0.01)
                c.send(b"NG\\r\\n")

        def http(c):
            head = b""
            while b"\\r\\n\\r\\n" not in head:
                part = c.recv(4096)
                if not part:
                    return
                head += part
            path = head.split()[1]
            if path == b"/headers":
                good = b"X-Probe: tandem" in head and b"Host: www.example.com" in head and b"Connection: close" in head
                c.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\n" + (b"good" if good else b"poor"))
            elif path == b"/half":
                c.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 400\\r\\n\\r\\nhalf")
            elif path == b"/slow":
                c.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 400\\r\\n\\r\\nhalf")
                time.sleep(5)
            elif path == b"/chunked":
                c.send(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nall\\r\\n5\\r\\n good\\r\\n0\\r\\n\\r\\n")
            elif path == b"/broken":
                c.send(b"SMTP ready\\r\\n\\r\\n")
            elif path == b"/long":
                c.send(b"HTTP/1.1 200 OK\\r\\n\\r\\n" + b"x" * 300000)
            else:
                c.send(b"HTTP/1.1 503 No\\r\\nContent-Length: 0\\r\\n\\r\\n")

        def name(text):
            return b"".join(bytes([len(l)]) + l.encode() for l in text.split(".")) + b"\\0"

        def dns():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((HERE, 53))
            while True:
                query, peer = s.recvfrom(512)
                question = query[12:]
                answers, code = [], 3
                if question.startswith(name("www.example.com")):
                    answers, code = [b"\\xc0\\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, 100])], 0
                # An answer to another question comes first, and has to be passed over.
                s.sendto(bytes([query[0] ^ 1]) + query[1:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + question, peer)
                s.sendto(query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(answers), 0, 0) + question
                    + b"".join(answers), peer)

        def echo():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((HERE, 7))
            while True:
                data, peer = s.recvfrom(2048)
                s.sendto(b"heard " + data, peer)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("cert.pem", "key.pem")
        serve(6379, pong)
        serve(25, lambda c: c.send(b"220 mail ESMTP\\r\\n") and time.sleep(5))
        serve(9999, lambda c: time.sleep(5))
        serve(9998, lambda c: None)
        serve(8080, http)
        serve(8443, http, lambda c: context.wrap_socket(c, server_side=True))
        threading.Thread(target=dns, daemon=True).start()
        threading.Thread(target=echo, daemon=True).start()
        while os.path.exists("/proc/" + sys.argv[1]):
            time.sleep(1)
        """
}
