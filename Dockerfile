# syntax=docker/dockerfile:1
# The image of a worker, and of the command. The native part of Temporal's SDK needs glibc: no Alpine.
ARG NODE_VERSION=22

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build \
 && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && find dist -name '*.d.ts' -delete \
 && rm -rf dist/bench dist/chaos dist/lambda dist/.tsbuildinfo

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production \
    IDENTITY_CENTER_METRICS_ADDRESS=0.0.0.0:9464
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/schemas ./schemas
COPY --from=build /build/dist ./dist
# By its number: Kubernetes cannot tell of a name that it is not root's.
USER 1000:1000
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/command/main.js"]
CMD ["worker"]
