export { provisionIdentityCenter, progressQuery } from './provision-identity-center';
