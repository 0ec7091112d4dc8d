export { deprovisionIdentityCenter } from './deprovision-identity-center';
export { progressQuery } from './offer-steering';
export { provisionIdentityCenter } from './provision-identity-center';
