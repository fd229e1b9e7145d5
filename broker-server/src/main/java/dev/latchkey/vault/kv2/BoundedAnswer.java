package dev.latchkey.vault.kv2;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Passes a body on to another reader, and gives it up when it is longer than any answer to us can be. */
final class BoundedAnswer<T> implements BodySubscriber<T> {

    /** 64 KiB of content, each byte as six characters of JSON, and what stands around it. */
    static final int MAX_BYTES = 1024 * 1024;

    private final BodySubscriber<T> reader;
    private Flow.@Nullable Subscription subscription;
    private long seen;
    private boolean over;

    BoundedAnswer(BodySubscriber<T> reader) {
        this.reader = reader;
    }

    @Override
    public CompletionStage<T> getBody() {
        return reader.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription offered) {
        subscription = offered;
        reader.onSubscribe(offered);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (over) {
            return;
        }
        for (ByteBuffer buffer : buffers) {
            seen += buffer.remaining();
        }
        if (seen > MAX_BYTES) {
            over = true;
            if (subscription != null) {
                subscription.cancel();
            }
            reader.onError(new IOException("the answer is too long"));
        } else {
            reader.onNext(buffers);
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (!over) {
            reader.onError(failure);
        }
    }

    @Override
    public void onComplete() {
        if (!over) {
            reader.onComplete();
        }
    }
}
