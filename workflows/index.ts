export { deprovisionIdentityCenter } from './deprovision-identity-center';
export { progressQuery } from './offer-steering';
export { provisionFleet } from './provision-fleet';
export { provisionFleetPage } from './provision-fleet-page';
export { provisionIdentityCenter } from './provision-identity-center';
