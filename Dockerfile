# One static-ish binary on a small base: the image that runs sendo in a pipeline or beside a git-sync container.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake clang && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 65532 --create-home sendo
COPY --from=build /source/target/release/sendo /usr/local/bin/sendo
USER 65532:65532
WORKDIR /project
ENTRYPOINT ["sendo"]
CMD ["--help"]
