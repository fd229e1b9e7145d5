package dev.latchkey.sandbox.fault;

import com.sun.net.httpserver.HttpExchange;
import dev.latchkey.sandbox.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/** Sends the real answer or the ordered fault over one connection. */
public final class Transmission {

    /** Makes the partner act. */
    public interface Act {
        /** What the partner answers. */
        Response run();
    }

    private static final byte[] HEAD = "{\"access_token\":\"".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TAIL = "\"}".getBytes(StandardCharsets.UTF_8);
    private static final int BLOCK = 8192;

    private final HttpExchange exchange;

    public Transmission(HttpExchange exchange) {
        this.exchange = exchange;
    }

    /** Carries out the plan; {@code partner} makes the partner act and is called at most once. */
    public void send(FaultPlan plan, Act partner) throws IOException, InterruptedException {
        Thread.sleep(plan.before());
        if (plan.replacement().isEmpty()) {
            Response response = partner.run();
            Thread.sleep(plan.after());
            send(response);
            return;
        }
        switch (plan.replacement().get()) {
            case Fault.Drop drop -> {
                act(drop.afterCommit(), partner, plan.after());
                exchange.close(); // no header was sent: the connection ends without an answer
            }
            case Fault.Replace replace -> {
                act(replace.commit(), partner, plan.after());
                send(replace.response());
            }
            case Fault.Drip drip -> drip(partner.run(), drip.bytesPerSecond());
            case Fault.Huge huge -> huge(huge.bytes());
            case Fault.Endless endless -> endless(endless.cap());
            case Fault.GzipBomb bomb -> bomb(bomb.bytes());
            case Fault.Latency latency -> throw new IllegalStateException("a latency replaces no answer");
            case Fault.EditAnswer edit -> throw new IllegalStateException("an edit replaces no answer");
            case Fault.EditIss edit -> throw new IllegalStateException("an edit replaces no answer");
        }
    }

    private static void act(boolean commit, Act partner, Duration after) throws InterruptedException {
        if (commit) {
            partner.run();
        }
        Thread.sleep(after);
    }

    /** Sends a complete answer. */
    public void send(Response response) throws IOException {
        writeHeaders(response);
        byte[] body = response.body();
        boolean bodiless = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(response.status(), bodiless ? -1 : body.length);
        if (!bodiless) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private void writeHeaders(Response response) {
        response.headers().forEach(exchange.getResponseHeaders()::set);
        response.cookies().forEach(cookie -> exchange.getResponseHeaders().add("Set-Cookie", cookie));
    }

    private void drip(Response response, int bytesPerSecond) throws IOException, InterruptedException {
        writeHeaders(response);
        byte[] body = response.body();
        exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            for (byte b : body) {
                out.write(b);
                out.flush();
                Thread.sleep(Duration.ofNanos(1_000_000_000L / bytesPerSecond));
            }
        }
    }

    private void huge(long bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, Math.max(bytes, HEAD.length + TAIL.length));
        try (OutputStream out = exchange.getResponseBody()) {
            fill(out, Math.max(bytes, HEAD.length + TAIL.length));
        }
    }

    private void bomb(long bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = new GZIPOutputStream(exchange.getResponseBody(), BLOCK)) {
            fill(out, Math.max(bytes, HEAD.length + TAIL.length));
        }
    }

    private static void fill(OutputStream out, long bytes) throws IOException {
        byte[] block = new byte[BLOCK];
        Arrays.fill(block, (byte) 'a');
        out.write(HEAD);
        for (long left = bytes - HEAD.length - TAIL.length; left > 0; left -= BLOCK) {
            out.write(block, 0, (int) Math.min(BLOCK, left));
        }
        out.write(TAIL);
    }

    private void endless(Duration cap) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        byte[] block = new byte[1024];
        Arrays.fill(block, (byte) 'a');
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(HEAD);
            for (long end = System.nanoTime() + cap.toNanos(); System.nanoTime() < end; Thread.sleep(20)) {
                out.write(block);
                out.flush();
            }
        }
    }
}
