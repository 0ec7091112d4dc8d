export { checkIdentityCenter } from './check/check-identity-center';
export { deprovisionIdentityCenter } from './account/deprovision';
export { progressQuery } from './account/handlers';
export { identityCenterSelfCheck } from './check/self-check';
export { planFleetPage } from './fleet/plan-page';
export { provisionFleet } from './fleet/provision-fleet';
export { provisionFleetPage } from './fleet/page';
export { provisionIdentityCenter } from './account/provision';
