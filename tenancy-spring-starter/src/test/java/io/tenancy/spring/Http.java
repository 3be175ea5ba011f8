package io.tenancy.spring;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A client that sends what it is told, byte by byte: libraries refuse the requests that servers must survive. */
final class Http {

    private Http() {}

    static Answer get(int port, String host, String path, String... headers) {
        return send(port, "GET " + path + " HTTP/1.1", host, "", headers);
    }

    static Answer post(int port, String host, String path, String body, String... headers) {
        return send(port, "POST " + path + " HTTP/1.1", host, body, headers);
    }

    static Answer send(int port, String line, String host, String body, String... headers) {
        StringBuilder request = new StringBuilder(line).append("\r\n");
        request.append("Host: ").append(host).append("\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        request.append("Connection: close\r\n");
        if (!body.isEmpty()) {
            request.append("Content-Type: text/plain\r\nContent-Length: ")
                    .append(body.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n");
        }
        return raw(port, request.append("\r\n").append(body).toString());
    }

    static Answer raw(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return Answer.of(socket.getInputStream().readAllBytes());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    record Answer(int status, List<String> headers, String body) {

        static Answer of(byte[] bytes) throws IOException {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            String[] head = text.substring(0, Math.max(end, 0)).split("\r\n");
            int status = Integer.parseInt(head[0].split(" ")[1]);
            byte[] rest = java.util.Arrays.copyOfRange(bytes, end + 4, bytes.length);
            List<String> headers = new ArrayList<>(List.of(head).subList(1, head.length));
            boolean chunked =
                    headers.stream().anyMatch(h -> h.toLowerCase(Locale.ROOT).startsWith("transfer-encoding: chunked"));
            return new Answer(status, headers, new String(chunked ? unchunked(rest) : rest, StandardCharsets.UTF_8));
        }

        private static byte[] unchunked(byte[] bytes) throws IOException {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            InputStream in = new java.io.ByteArrayInputStream(bytes);
            while (true) {
                StringBuilder size = new StringBuilder();
                for (int c = in.read(); c != '\n' && c >= 0; c = in.read()) {
                    size.append((char) c);
                }
                int length = size.toString().isBlank()
                        ? 0
                        : Integer.parseInt(size.toString().strip(), 16);
                if (length == 0) {
                    return whole.toByteArray();
                }
                whole.write(in.readNBytes(length));
                in.readNBytes(2);
            }
        }

        Optional<String> header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream()
                    .filter(header -> header.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(header -> header.substring(prefix.length()).strip())
                    .findFirst();
        }

        String cookie() {
            return "Cookie: " + header("Set-Cookie").orElseThrow().split(";")[0];
        }
    }
}
