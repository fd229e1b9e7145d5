package dev.latchkey.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Sends bytes that no well-behaved client would send. */
public final class RawHttp {

    private static final int PATIENCE_MILLIS = 10_000;

    private RawHttp() {}

    /** Sends the text (line ends as given) on a connection of its own and returns everything that comes back. */
    public static String send(URI server, String text) {
        return send(server, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The same with bytes. */
    public static String send(URI server, byte[] bytes) {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            try {
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
            } catch (SocketException e) {
                // The server may cut the connection while we still write; what it said before counts.
            }
            return rest(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that still comes, also if the server cuts the connection or says nothing more. */
    public static String rest(Socket socket) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(answer);
        } catch (SocketException | SocketTimeoutException e) {
            // what was said before counts
        }
        return answer.toString(StandardCharsets.UTF_8);
    }

    /** A GET of a raw target, with further header lines; the connection is closed after it. */
    public static String get(URI server, String target, String... headers) {
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\n");
        if (Arrays.stream(headers).noneMatch(line -> line.startsWith("Host:"))) {
            request.append("Host: ").append(server.getAuthority()).append("\r\n");
        }
        for (String line : headers) {
            request.append(line).append("\r\n");
        }
        return send(server, request.append("Connection: close\r\n\r\n").toString());
    }

    /** The status of an answer. */
    public static int status(String answer) {
        return answer.startsWith("HTTP/1.") ? Integer.parseInt(answer.substring(9, 12)) : 0;
    }
}
