export { deprovisionIdentityCenter } from './deprovision-identity-center';
export { progressQuery } from './offer-steering';
export { planFleetPage } from './plan-fleet-page';
export { provisionFleet } from './provision-fleet';
export { provisionFleetPage } from './provision-fleet-page';
export { provisionIdentityCenter } from './provision-identity-center';
